/**
 * Courtesy: a program that floods gives way while somebody types elsewhere.
 *
 * One that is read while it is being filled takes a millisecond or two of every
 * turn of the loop, and a key waits for three of them. A moment's rest after
 * each read makes the turns short, for the half of the flood's rate.
 */

/** Typing goes on for so long after a key. */
const TYPING_MS = 200;

/** Less at a turn is no flood. */
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
