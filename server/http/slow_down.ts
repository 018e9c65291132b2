/**
 * Slows wrong guesses down: each costs its sender a longer wait for the
 * answer. Right credentials are never delayed, so an agent that knows the
 * token is not locked out by a neighbour who does not.
 */

/** The first few are typing mistakes. */
const FREE_GUESSES = 3;
const STEP_MS = 250;
const WAIT_MAX_MS = 5_000;

/** A peer that was quiet for so long starts anew. */
const FORGET_AFTER_MS = 10 * 60 * 1_000;

const PEERS_MAX = 10_000;

/** Answers held back at once; beyond it they are refused without waiting. */
const HELD_MAX = 200;

export class SlowDown {
  readonly #peers = new Map<string, { guesses: number; at: number }>();
  #held = 0;

  /** Notes a wrong guess. Returns how long its answer has to wait, in ms. */
  wrong(peer: string, nowMs: number): number {
    const known = this.#peers.get(peer);
    const fresh = !known || nowMs - known.at > FORGET_AFTER_MS;
    const guesses = fresh ? 1 : known.guesses + 1;
    this.#peers.delete(peer);
    this.#peers.set(peer, { guesses, at: nowMs });
    if (this.#peers.size > PEERS_MAX) {
      const [oldest] = this.#peers.keys();
      if (oldest !== undefined) this.#peers.delete(oldest);
    }
    return Math.min(WAIT_MAX_MS, Math.max(0, guesses - FREE_GUESSES) * STEP_MS);
  }

  /** Resolves to false if there are too many to wait for. */
  async hold(ms: number): Promise<boolean> {
    if (ms === 0) return true;
    if (this.#held >= HELD_MAX) return false;
    this.#held++;
    await Bun.sleep(ms);
    this.#held--;
    return true;
  }
}
