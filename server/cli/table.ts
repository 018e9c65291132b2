/**
 * A table of text, aligned, and cut to the columns there are. Pure.
 *
 * Columns that give way do so in turn: the one that is widest first, down to
 * its own least width. Cells are plain; colour is put on afterwards, so that
 * it takes no place.
 */

import { type Colour, fit, fitEnd, type Paint } from "./style.ts";

export interface Column {
  readonly head: string;
  /** It is not made narrower than this. Absent: it never gives way. */
  readonly least?: number;
  /** Keep the end of what is too long. */
  readonly keepsEnd?: true;
  /** Left out if it does not get its least width. */
  readonly isExtra?: true;
}

export interface Cell {
  readonly text: string;
  readonly colour?: Colour;
}

const GAP = "  ";

/** Lines with the heads above, each ending in a newline. */
export function table(
  columns: readonly Column[],
  rows: readonly (readonly Cell[])[],
  { width, paint }: { readonly width: number; readonly paint: Paint },
): string {
  const heads = columns.map(({ head }): Cell => ({
    text: head,
    colour: "dim",
  }));
  const all = [heads, ...rows];
  const natural = columns.map((_, at) =>
    Math.max(...all.map((row) => Bun.stringWidth(row[at]?.text ?? "")))
  );
  const widths = share(columns, natural, width);
  return all.map((row) => line(row, columns, widths, paint) + "\n").join("");
}

/** Widths that fit; 0 leaves a column out. */
function share(
  columns: readonly Column[],
  natural: readonly number[],
  width: number,
): number[] {
  const widths = [...natural];
  const excess = () =>
    widths.reduce((sum, one) => sum + (one ? one + GAP.length : 0), 0) -
    GAP.length - width;
  while (excess() > 0) {
    const [widest] = columns.keys().filter((at) => canGive(at)).toArray()
      .sort((a, b) => (widths[b] ?? 0) - (widths[a] ?? 0));
    if (widest !== undefined) {
      widths[widest] = (widths[widest] ?? 0) - 1;
      continue;
    }
    const extra = columns.findLastIndex((column, at) =>
      column.isExtra && widths[at]
    );
    if (extra < 0) break; // Too narrow for a table: lines will wrap.
    widths[extra] = 0;
    for (const [at, { isExtra }] of columns.entries()) {
      if (!isExtra) widths[at] = natural[at] ?? 0;
    }
  }
  return widths;

  function canGive(at: number): boolean {
    const least = columns[at]?.least;
    const has = widths[at] ?? 0;
    return least !== undefined && has > least && has > 0;
  }
}

function line(
  row: readonly Cell[],
  columns: readonly Column[],
  widths: readonly number[],
  paint: Paint,
): string {
  let text = "";
  let gap = "";
  for (const [at, { keepsEnd }] of columns.entries()) {
    const width = widths[at] ?? 0;
    if (width === 0) continue;
    const cell = row[at] ?? { text: "" };
    const cut = (keepsEnd ? fitEnd : fit)(cell.text, width);
    text += gap + (cell.colour ? paint(cut, cell.colour) : cut);
    const missing = width - Bun.stringWidth(cut);
    gap = " ".repeat(Math.max(0, missing)) + GAP;
  }
  return text.trimEnd();
}
