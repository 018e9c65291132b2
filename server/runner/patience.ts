/**
 * Patience with a viewer that falls behind the others: it is waited for now and
 * then, for a moment, so that a hiccup costs it no byte. One that is simply
 * slower than they are uses it up, and is shown a fresh screen instead.
 *
 * Knows no viewer and no clock.
 */

/** At most so much at once: longer is no hiccup. */
const MOST_MS = 250;

/** As much of any time that passes: so little the others may lose. */
const SHARE = 0.1;

/** Less is not worth beginning. */
const LEAST_MS = 20;

export class Patience {
  #leftMs = MOST_MS;
  #at = -Infinity;
  #isWaiting = false;

  /** Whether to wait at `now`, given that there is something to wait for. */
  allows(isWanted: boolean, now: number): boolean {
    const passed = Math.min(now - this.#at, MOST_MS / SHARE);
    const change = this.#isWaiting ? -passed : passed * SHARE;
    this.#leftMs = Math.min(this.#leftMs + change, MOST_MS);
    this.#at = now;
    const enough = this.#isWaiting ? 0 : LEAST_MS;
    this.#isWaiting = isWanted && this.#leftMs > enough;
    return this.#isWaiting;
  }

  /** When it is used up. Undefined while it is not being used. */
  get endsAt(): number | undefined {
    return this.#isWaiting ? this.#at + this.#leftMs : undefined;
  }
}
