/**
 * The painter: turns a terminal's buffers into text that paints the same, cell
 * by cell, on a terminal that was just reset to the same size.
 *
 * Cells, wraps and scrollback only; `screen_state.ts` adds the rest.
 */

import {
  background,
  BG_FLAGS,
  characters,
  extended,
  foreground,
  hasContent,
  isErased,
  isHalf,
  isUntouched,
  isWideLeftover,
  width,
} from "./cells.ts";
import { Pen } from "./pen.ts";
import type { Core, CoreBuffer, CoreLine } from "./xterm_core.ts";

/** Any character that is two columns wide. */
const WIDE = "\u3000";

export class Painter {
  readonly pen: Pen;
  readonly #cols: number;
  readonly #rows: number;
  #out = "";
  /** Where the cursor is: `cols` while the next character would wrap. */
  #x = 0;
  /** Lines begun. From `rows` on, the next one scrolls. */
  #begun = 0;

  constructor(core: Core, size: { cols: number; rows: number }) {
    this.pen = new Pen(core._oscLinkService);
    this.#cols = size.cols;
    this.#rows = size.rows;
  }

  /**
   * All lines of a buffer; the cursor is then somewhere on the last one.
   *
   * @param isFull Whether one line more would push the oldest one out.
   * @param saved What saves the cursor that was saved, once its line is begun:
   * xterm counts lines from the oldest on.
   */
  paint(buffer: CoreBuffer, isFull: boolean, saved: string): string {
    this.#out = "";
    this.#x = 0;
    this.#begun = 1;
    const lines = Array.from(
      { length: buffer.lines.length },
      (_, index) => buffer.lines.get(index),
    ).filter((line) => line !== undefined);
    const savedAt = Math.min(buffer.savedY, lines.length - 1);
    // A first line that continues one which is gone needs one to continue.
    if (isFull && lines[0]?.isWrapped) this.#wrap(undefined, lines[0]);
    for (const [index, line] of lines.entries()) {
      const above = lines[index - 1];
      if (above && line.isWrapped) this.#wrap(above, line);
      else if (above) this.#begin(`${this.pen.reset()}\r\n`);
      this.#paintLine(line, lines[index + 1]);
      if (saved && index === savedAt) this.#save(line, saved);
    }
    const painted = this.#out + this.pen.reset();
    this.#out = "";
    return painted;
  }

  /** The character that ends before column `x`, to be written once more. */
  characterBefore(
    line: CoreLine,
    x: number,
  ): { text: string; x: number; isAscii: boolean } | undefined {
    const at = x > 1 && width(line, x - 1) === 0 ? x - 2 : x - 1;
    if (at < 0 || !hasContent(line, at)) return undefined;
    const character = characters(line, at);
    return {
      text: this.#setPen(line, at) + character,
      x: at,
      isAscii: character < "\x7f",
    };
  }

  #save(line: CoreLine, saved: string): void {
    const x = this.#x;
    this.#put(this.pen.reset() + saved, 0);
    const before = x === this.#cols ? this.characterBefore(line, x) : undefined;
    // To be about to wrap again, the last character is written again.
    if (before) this.#put(`\x1b[${before.x + 1}G${before.text}`, x);
    else this.#put(`\x1b[${x + 1}G`, x);
  }

  #put(text: string, x: number): void {
    this.#out += text;
    this.#x = x;
  }

  #begin(text: string): void {
    this.#put(text, 0);
    this.#begun++;
  }

  /**
   * Goes on to a line that continues the one above. Only a character written
   * past the margin makes such a line.
   */
  #wrap(above: CoreLine | undefined, line: CoreLine): void {
    if (above && this.#wrapsByItself(above, line)) return;
    const last = this.#cols - 1;
    const isAboutTo = this.#x === this.#cols;
    // With no background: a line that scrolls in is filled with it.
    const pen = this.pen.reset();
    const toMargin = isAboutTo ? "" : `\x1b[${this.#cols}G `;
    this.#begin(`${pen}${toMargin} \r\x1b[X`);
    // One row has no row above it; that blank stays a space.
    if (!above || isAboutTo || this.#rows === 1) return;
    this.#put("\x1b[A", last);
    if (isHalf(above, last)) {
      let from = last;
      while (isHalf(above, from - 1)) from--;
      this.#paintHalves(above, from, this.#cols);
    } else {
      const bg = this.pen.set(0, background(above, last) & ~BG_FLAGS);
      this.#put(`\x1b[${this.#cols}G${bg}\x1b[X`, last);
    }
    this.#put(`${this.pen.reset()}\x1b[B\r`, 0);
  }

  /** Whether writing on leads to the same. Then the cursor is ready for it. */
  #wrapsByItself(above: CoreLine, line: CoreLine): boolean {
    const wouldFill = this.#begun >= this.#rows &&
      (background(line, 0) & ~BG_FLAGS) !== 0;
    if (!hasContent(line, 0) || wouldFill) return false;
    if (this.#x !== this.#cols) {
      if (!isWideLeftover(above, line, this.#cols - 1)) return false;
      this.#put(`\x1b[${this.#cols}G`, this.#cols - 1);
    }
    this.#begin("");
    return true;
  }

  #paintLine(line: CoreLine, next: CoreLine | undefined): void {
    let end = Math.min(this.#cols, line.length);
    if (next && isWideLeftover(line, next, this.#cols - 1)) end--;
    while (end > 0 && isUntouched(line, end - 1)) end--;
    let x = 0;
    while (x < end) {
      if (isErased(line, x)) x = this.#paintErased(line, x, end);
      else if (isHalf(line, x)) x = this.#paintHalves(line, x, end);
      else x = this.#paintCharacter(line, x);
    }
  }

  #paintCharacter(line: CoreLine, x: number): number {
    const text = this.#setPen(line, x) + (characters(line, x) || " ");
    const next = x + (width(line, x) === 2 ? 2 : 1);
    this.#put(text, next);
    return next;
  }

  /**
   * Blanks with the attributes of what overwrote the other half of a wide
   * character. They are made in the same way, from right to left, as each
   * takes the cell before it too, which is painted again at last. In the first
   * column there is none: that one becomes a space.
   */
  #paintHalves(line: CoreLine, from: number, end: number): number {
    if (from === 0) return this.#paintCharacter(line, 0);
    let x = from;
    while (x < end && isHalf(line, x)) x++;
    for (let half = x - 1; half >= from; half--) {
      const there = `\x1b[${half}G`;
      this.#out += `${there}${WIDE}${there}${this.#setPen(line, half)} `;
    }
    const isWide = from > 1 && width(line, from - 1) === 0;
    const before = isWide ? from - 2 : from - 1;
    this.#put(`\x1b[${before + 1}G`, before);
    if (isErased(line, before)) {
      this.#out += `${this.pen.set(0, background(line, before))}\x1b[X`;
    } else this.#paintCharacter(line, before);
    const target = Math.min(x, this.#cols - 1);
    this.#put(`\x1b[${target + 1}G`, target);
    return x;
  }

  /** Erased cells of one background. Returns where the next cell is. */
  #paintErased(line: CoreLine, from: number, end: number): number {
    const bg = background(line, from);
    let x = from + 1;
    while (x < end && isErased(line, x) && background(line, x) === bg) x++;
    const count = x - from;
    if (bg !== 0) this.#out += `${this.pen.set(0, bg)}\x1b[${count}X`;
    // The cursor stops at the last column, where nothing follows.
    const target = Math.min(x, this.#cols - 1);
    this.#put(target > from ? `\x1b[${target - from}C` : "", target);
    return x;
  }

  #setPen(line: CoreLine, x: number): string {
    return this.pen.set(
      foreground(line, x),
      background(line, x),
      extended(line, x),
    );
  }
}
