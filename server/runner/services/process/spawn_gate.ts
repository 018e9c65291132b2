/**
 * Lets so many processes be started in one turn of the loop, and the others in
 * the next: starting one blocks for milliseconds, and terminals must not wait
 * for a hundred.
 */

const PER_TURN = 8;

export class SpawnGate {
  readonly #waiting: (() => void)[] = [];
  #left = PER_TURN;
  #isTurning = false;

  /** Resolves when it is the caller's turn, in the order of asking. */
  enter(): Promise<void> {
    this.#turn();
    if (this.#left > 0) {
      this.#left--;
      return Promise.resolve();
    }
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  #turn(): void {
    if (this.#isTurning) return;
    this.#isTurning = true;
    setImmediate(() => {
      this.#isTurning = false;
      const next = this.#waiting.splice(0, PER_TURN);
      this.#left = PER_TURN - next.length;
      for (const resolve of next) resolve();
      if (next.length > 0) this.#turn();
    });
  }
}
