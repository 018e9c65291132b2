/** How many terminals may run at once, those being opened included. */

import { HypivisorError } from "../errors.ts";

export class Room {
  readonly #max: number;
  readonly #running: () => number;
  #opening = 0;

  /** @param max As `--max-terminals` has it. */
  constructor(max: number, running: () => number) {
    this.#max = max;
    this.#running = running;
  }

  get isFull(): boolean {
    return this.#running() + this.#opening >= this.#max;
  }

  /**
   * Keeps a place until disposed: by then the terminal counts as running.
   *
   * @throws {HypivisorError} `unavailable` if all are taken.
   */
  take(): Disposable {
    if (this.isFull) {
      throw new HypivisorError(
        "unavailable",
        `Cannot open another terminal: ${this.#max} are running. Close one, or start hypivisor with a higher --max-terminals`,
      );
    }
    this.#opening++;
    let isTaken = true;
    return {
      [Symbol.dispose]: () => {
        if (isTaken) this.#opening--;
        isTaken = false;
      },
    };
  }
}
