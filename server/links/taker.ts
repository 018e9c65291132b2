/**
 * Acknowledges output for viewers that do not do it themselves: bytes count as
 * taken when they have left this process.
 *
 * Reads where the stream begins from the runner's own frames, and counts.
 */

import type { TerminalDown } from "../protocol/terminal.ts";
import type { TerminalPipe } from "./terminal_pipe.ts";

/** Told at once when so much is new: an eighth of the runner's window. */
const TELL_BYTES = 32 * 1024;

/** Less is told a moment later, so that a key's echo costs one frame, not two. */
const TELL_AFTER_MS = 25;

export class Taker {
  readonly #pipe: TerminalPipe;
  /** Of the stream, after all that came so far. */
  #offset = 0;
  /** Bytes to come that paint a screen: they are not part of the stream. */
  #paint = 0;
  #told = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(pipe: TerminalPipe) {
    this.#pipe = pipe;
  }

  /** A control frame came, and was passed on. */
  heard(frame: TerminalDown): void {
    if (frame.type !== "screen" && frame.type !== "resumed") return;
    this.#offset = frame.offset;
    this.#told = frame.offset;
    if (frame.type === "resumed") return;
    this.#paint = frame.bytes;
    // That a screen was painted is told by its own offset.
    this.#told = frame.offset - 1;
    this.tell();
  }

  /** Bytes came, and were passed on. */
  passed(bytes: number): void {
    const painted = Math.min(bytes, this.#paint);
    this.#paint -= painted;
    this.#offset += bytes - painted;
    this.tell();
  }

  /** Tells the runner what has been taken, now or in a moment. */
  tell(): void {
    const taken = this.#taken();
    if (taken - this.#told >= TELL_BYTES) return this.#tellNow(taken);
    if (taken <= this.#told) return;
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#tellNow(this.#taken());
    }, TELL_AFTER_MS);
  }

  close(): void {
    clearTimeout(this.#timer);
  }

  #taken(): number {
    if (this.#paint > 0) return this.#told;
    // Heads of frames count as unsent: a little less is told, then the rest.
    return Math.max(this.#told, this.#offset - this.#pipe.unsent);
  }

  #tellNow(taken: number): void {
    if (taken <= this.#told) return;
    this.#told = taken;
    this.#pipe.say({ type: "ack", offset: taken });
  }
}
