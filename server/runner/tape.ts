/**
 * A tape: what one program printed, with the changes of size where they fell.
 *
 * Offsets count from the program's start and never go back. It holds the last
 * of it only; who reads how far is not known here.
 */

import type { TerminalSize } from "../protocol/terminal.ts";
import { Ring } from "./ring.ts";

/**
 * Of output kept for viewers that are behind or away for a moment, and for the
 * screen that is not drawn yet. A second of a build, hours of a shell.
 */
export const TAPE_MAX_BYTES = 1024 * 1024;

/** A window being dragged makes dozens. Beyond, the oldest output is given up. */
const SIZES_MAX = 256;

/** From `offset` on the terminal has this size. Numbered in their order. */
export interface SizeMark {
  readonly number: number;
  readonly offset: number;
  readonly size: TerminalSize;
}

/** Where both sides of the seam are put together. One for all tapes. */
let scratch: Uint8Array<ArrayBuffer> | undefined;

export class Tape {
  readonly #ring = new Ring(TAPE_MAX_BYTES);
  /** The first one is in force at `start`. */
  #sizes: [SizeMark, ...SizeMark[]];
  #readableFrom = 0;

  constructor(size: TerminalSize) {
    this.#sizes = [{ number: 0, offset: 0, size }];
  }

  /** Offset of the oldest byte from which on nothing is missing. */
  get start(): number {
    return Math.max(this.#ring.start, this.#readableFrom);
  }

  /** Offset of the byte that is printed next. */
  get end(): number {
    return this.#ring.end;
  }

  get size(): SizeMark {
    return this.#sizes.at(-1) ?? this.#sizes[0];
  }

  append(chunk: Uint8Array): void {
    this.#ring.append(chunk);
    this.#forgetSizes();
  }

  resize(size: TerminalSize): void {
    const last = this.size;
    const mark = { number: last.number + 1, offset: this.end, size };
    // Nothing was printed in between: only the last of them matters.
    if (last.offset === this.end && this.#sizes.length > 1) this.#sizes.pop();
    this.#sizes.push(mark);
    if (this.#sizes.length > SIZES_MAX) {
      this.#sizes.shift();
      this.#readableFrom = this.#sizes[0].offset;
    }
    this.#forgetSizes();
  }

  /** The size in force at `offset`, which is not before `start`. */
  sizeAt(offset: number): SizeMark {
    return this.#sizes.findLast((mark) => mark.offset <= offset) ??
      this.#sizes[0];
  }

  /** The first change of size after the one with this number. */
  sizeAfter(number: number): SizeMark | undefined {
    if (this.size.number <= number) return undefined;
    return this.#sizes.find((mark) => mark.number > number);
  }

  /** @see Ring.view */
  view(offset: number, length: number): Uint8Array<ArrayBuffer> {
    return this.#ring.view(offset, length);
  }

  /** @see Ring.copy */
  copy(from: number, to: number): Uint8Array<ArrayBuffer> {
    return this.#ring.copy(from, to);
  }

  /**
   * The bytes from `from` up to `to` in one piece, to be looked at. True until
   * the next `append` or `slice` only.
   */
  slice(from: number, to: number): Uint8Array<ArrayBuffer> {
    const view = this.view(from, to - from);
    if (view.length === to - from) return view;
    scratch ??= new Uint8Array(TAPE_MAX_BYTES);
    scratch.set(view);
    scratch.set(
      this.view(from + view.length, to - from - view.length),
      view.length,
    );
    return scratch.subarray(0, to - from);
  }

  #forgetSizes(): void {
    let second;
    while ((second = this.#sizes[1]) && second.offset <= this.start) {
      this.#sizes.shift();
    }
  }
}
