/** How long to wait before the next attempt: short at first, never for ever. */

const FIRST_MS = 250;
/** A daemon that comes back is found within half a minute. */
const LONGEST_MS = 30_000;

export class Backoff {
  #next = FIRST_MS;
  readonly #random: () => number;

  constructor(random: () => number = Math.random) {
    this.#random = random;
  }

  /**
   * Milliseconds to wait now; the next wait is twice as long. Half of it is
   * chance, so that agents cut off together do not return together.
   */
  next(): number {
    const base = this.#next;
    this.#next = Math.min(base * 2, LONGEST_MS);
    return Math.round(base / 2 + this.#random() * base / 2);
  }

  /** The longest wait, at once: for a peer that told us to stay away. */
  longest(): number {
    this.#next = LONGEST_MS;
    return this.next();
  }

  /** An attempt succeeded. */
  reset(): void {
    this.#next = FIRST_MS;
  }
}
