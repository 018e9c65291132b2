/**
 * The backlog: what a mirror has not been given yet. It lies on the tape until
 * somebody wants to see the screen, or the tape needs the room.
 *
 * Decides what is given next and what need never be given; gives nothing
 * itself. All lies within the tape: what is gone from there is a gap.
 */

import { TERMINAL_SCROLLBACK_LINES } from "../../protocol/terminal.ts";
import { findCut, plainUntil } from "./plain.ts";
import type { MirrorFacts, MirrorStep } from "./screen_message.ts";
import type { SizeMark, Tape } from "../tape.ts";

/** As much as `plain.ts` looks at of one sequence. */
const SEQUENCE_SLACK = 128;

/** Less is not worth looking again so soon: 0.2 ms, where parsing takes 6. */
const WORTH = 1 / 8;

/** Ends a sequence whose rest is lost in a gap. */
const CANCEL = new Uint8Array([0x18]);

const encoder = new TextEncoder();

export class Backlog {
  readonly #tape: Tape;
  #from = 0;
  #sizeNumber = 0;
  /** What was left out in front, and how a mirror is told of it. */
  #omitted: { readonly column: number; readonly isReset: boolean } | undefined;
  /** Up to where it is known to be plain. */
  #plainTo = 0;

  constructor(tape: Tape) {
    this.#tape = tape;
  }

  get length(): number {
    return this.#tape.end - this.#from;
  }

  /** Whether output was lost that the mirror should have seen. */
  get hasGap(): boolean {
    return this.#from < this.#tape.start;
  }

  /**
   * Leaves out what makes no difference to the screen. False if that is not
   * worth it, or cannot be told.
   *
   * @param facts Of the mirror as it is where the backlog begins.
   */
  skip({ isPlain, wraps, column }: MirrorFacts): boolean {
    const tape = this.#tape;
    const { number, size: { cols, rows } } = tape.size;
    if (!isPlain || this.hasGap || number !== this.#sizeNumber) return false;
    const from = this.#from;
    const bytes = tape.slice(from, tape.end);
    const known = Math.max(0, this.#plainTo - from);
    const plain = plainUntil(bytes, known);
    this.#plainTo = from + plain;
    // The last sequence may be incomplete, which is no reason to parse.
    if (plain < bytes.length - SEQUENCE_SLACK) return false;
    const needed = TERMINAL_SCROLLBACK_LINES + 2 * rows;
    const cut = findCut(bytes.subarray(0, plain), needed, {
      cols,
      wraps,
      column: this.#omitted?.column ?? column,
    });
    if (!cut || cut.at < bytes.length * WORTH) return false;
    this.#from += cut.at;
    const isReset = cut.isReset || this.#omitted?.isReset === true;
    this.#omitted = { column: cut.column, isReset };
    return true;
  }

  /** The next steps for the mirror, up to `most` bytes of output. */
  take(most: number): MirrorStep[] {
    const tape = this.#tape;
    const steps: MirrorStep[] = [];
    if (this.hasGap) {
      this.#from = tape.start;
      this.#omitted = undefined;
      this.#plainTo = 0;
      steps.push({ type: "bytes", bytes: CANCEL.slice() });
      this.#pushSize(steps, tape.sizeAt(this.#from));
    }
    if (this.#omitted) {
      const { column, isReset } = this.#omitted;
      const lead = `\x1b[${column + 1}G${isReset ? "\x1b[m" : ""}`;
      steps.push({ type: "bytes", bytes: encoder.encode(lead) });
      this.#omitted = undefined;
    }
    const end = Math.min(tape.end, this.#from + most);
    while (true) {
      const mark = tape.sizeAfter(this.#sizeNumber);
      const to = Math.min(end, mark?.offset ?? end);
      if (to > this.#from) {
        steps.push({ type: "bytes", bytes: tape.copy(this.#from, to) });
        this.#from = to;
      }
      if (!mark || mark.offset > end) return steps;
      this.#pushSize(steps, mark);
    }
  }

  #pushSize(steps: MirrorStep[], { number, size }: SizeMark): void {
    this.#sizeNumber = number;
    steps.push({ type: "size", size });
  }
}
