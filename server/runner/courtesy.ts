/**
 * Courtesy: a program that floods gives way while somebody types elsewhere.
 *
 * Bun reads a terminal until it is empty or has given 128 KiB. One that is
 * being filled meanwhile takes 2 ms of every turn of the loop, and a key waits
 * for three of them. A millisecond's rest after each read makes the turns short,
 * for the half of the flood's rate.
 */

/** Typing goes on for so long after a key. */
const TYPING_MS = 200;

/** A read of less was not a flood. */
const FLOOD_BYTES = 32 * 1024;

export class Courtesy {
  #typist: object | undefined;
  #typedAt = -Infinity;

  /** Something was typed into this terminal. */
  typed(terminal: object, now: number): void {
    this.#typist = terminal;
    this.#typedAt = now;
  }

  /** Whether a terminal that just printed so much should rest for a moment. */
  asks(terminal: object, bytes: number, now: number): boolean {
    return bytes >= FLOOD_BYTES && this.#typist !== terminal &&
      now - this.#typedAt < TYPING_MS;
  }
}
