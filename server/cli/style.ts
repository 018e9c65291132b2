/**
 * How text looks on a terminal: colours where they are wanted, widths as a
 * terminal counts them, and nothing in it that could move the cursor.
 *
 * Names, titles and folders come from agents and from other machines: whatever
 * is printed of them goes through `plain` or `plainLines`.
 */

/** Of a terminal that does not tell. */
const USUAL_COLUMNS = 80;

export type Colour =
  | "bold"
  | "dim"
  | "red"
  | "green"
  | "yellow"
  | "blue"
  | "cyan";

const CODES: { readonly [C in Colour]: number } = {
  bold: 1,
  dim: 2,
  red: 31,
  green: 32,
  yellow: 33,
  blue: 34,
  cyan: 36,
};

export type Paint = (text: string, colour: Colour) => string;

/** Paints for `stream`; leaves text as it is where colours are not wanted. */
export function painter(stream: { isTTY?: boolean }): Paint {
  const { NO_COLOR, TERM } = process.env;
  const isWanted = stream.isTTY === true && !NO_COLOR && TERM !== "dumb";
  return (text, colour) =>
    isWanted && text !== "" ? `\x1b[${CODES[colour]}m${text}\x1b[0m` : text;
}

/** Columns to print in; endless where it is not a terminal. */
export function columnsOf(
  stream: { isTTY?: boolean; columns?: number },
): number {
  if (stream.isTTY !== true) return Infinity;
  return stream.columns || USUAL_COLUMNS;
}

/** One line without control characters, ours or Unicode's. */
export function plain(text: string): string {
  return text.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, " ").replace(BIDI, "").trim();
}

/** Lines without control characters and escape sequences; tabs stay. */
export function plainLines(text: string): string {
  return text.replace(/\r\n?/g, "\n")
    .replace(SEQUENCES, "")
    .replace(/(?![\n\t])\p{Cc}/gu, "")
    .replace(BIDI, "");
}

/** They let a line read otherwise than it is. */
const BIDI = /[\u202a-\u202e\u2066-\u2069]/g;

/** As tools print them: colours, movements, titles. */
const SEQUENCES = new RegExp(
  "\x1b\\][^\x07\x1b]*(?:\x07|\x1b\\\\)?|\x1b[P_^X][^\x1b]*(?:\x1b\\\\)?|" +
    "(?:\x1b\\[|\x9b)[0-?]*[ -/]*[@-~]|\x1b[ -/]*[0-~]",
  "g",
);

/** Cuts `text` to `columns`, with a mark where something is missing. */
export function fit(text: string, columns: number): string {
  if (Bun.stringWidth(text) <= columns) return text;
  let cut = "";
  let width = 0;
  for (const segment of graphemesOf(text)) {
    width += Bun.stringWidth(segment);
    if (width > columns - 1) break;
    cut += segment;
  }
  return columns < 1 ? "" : `${cut}…`;
}

/** As `fit`, but keeps the end: of a path that says most. */
export function fitEnd(text: string, columns: number): string {
  if (Bun.stringWidth(text) <= columns) return text;
  let cut = "";
  let width = 0;
  for (const segment of graphemesOf(text).reverse()) {
    width += Bun.stringWidth(segment);
    if (width > columns - 1) break;
    cut = segment + cut;
  }
  return columns < 1 ? "" : `…${cut}`;
}

/** Made for the first text that is cut: it takes 2 ms. */
let segmenter: Intl.Segmenter | undefined;

function graphemesOf(text: string): string[] {
  segmenter ??= new Intl.Segmenter();
  return Array.from(segmenter.segment(text), ({ segment }) => segment);
}
