/**
 * How far a terminal's output has been read: what paints a screen, what is live,
 * where to go on after a cut, and when to say that it was taken. Pure.
 */

import type { TerminalPlace } from "../../protocol/terminal.ts";

/** An acknowledgement for every this many bytes, and one when all is taken. */
const ACK_EVERY_BYTES = 32 * 1024;

/** A piece of what came. */
export interface Part {
  readonly part: Uint8Array;
  /** Where it ends, if it is live. */
  readonly place: TerminalPlace | undefined;
}

export class Reading {
  /** Up to where bytes have come. */
  #place: TerminalPlace | undefined;
  /** Of the screen that is being painted, bytes still to come. */
  #painting = 0;
  #acked = 0;

  /** Where to go on. */
  get place(): TerminalPlace | undefined {
    return this.#place;
  }

  /** From here on; the next `painting` bytes are not live. */
  begin({ stream, offset }: TerminalPlace, painting: number): void {
    this.#place = { stream, offset };
    this.#painting = painting;
    this.#acked = offset;
  }

  forget(): void {
    this.#place = undefined;
  }

  /** The link was cut. Half a screen is no place to go on from. */
  cut(): void {
    if (this.#painting > 0) this.forget();
    this.#painting = 0;
  }

  take(bytes: Uint8Array): Part[] {
    const painted = Math.min(this.#painting, bytes.length);
    this.#painting -= painted;
    const parts: Part[] = [];
    if (painted > 0) {
      parts.push({ part: bytes.subarray(0, painted), place: undefined });
    }
    const part = bytes.subarray(painted);
    if (part.length === 0) return parts;
    if (this.#place) {
      const { stream, offset } = this.#place;
      this.#place = { stream, offset: offset + part.length };
    }
    return [...parts, { part, place: this.#place }];
  }

  /** All before `place` is on the screen. Gives the offset to acknowledge. */
  taken({ stream, offset }: TerminalPlace): number | undefined {
    if (this.#place?.stream !== stream || offset <= this.#acked) return;
    const isAll = offset === this.#place.offset;
    if (!isAll && offset - this.#acked < ACK_EVERY_BYTES) return;
    this.#acked = offset;
    return offset;
  }
}
