/**
 * How often a service was brought back lately, and how long to wait before the
 * next time.
 *
 * Two questions are kept apart: whether it comes up at all (what ends early is
 * counted and waited for ever longer) and whether it stays up (an end after a
 * stable run is forgotten, and the restart is at once).
 */

import type { RestartRules } from "../config/config.ts";

const WINDOW_MS = 60_000;

/** Many services that fell together must not all come back at one instant. */
const JITTER = 0.1;

export interface EndedRun {
  readonly uptimeMs: number;
  readonly isFailure: boolean;
}

export type Verdict =
  | { readonly kind: "again"; readonly delayMs: number }
  | { readonly kind: "give_up" };

export class Retries {
  readonly #random: () => number;
  /** When the counted ends were, oldest first. */
  #counted: number[] = [];
  /** Early ends since the last stable run. */
  #early = 0;

  /** @param random From 0 to 1, for the jitter. */
  constructor(random: () => number) {
    this.#random = random;
  }

  /** Counted ends of the last minute. */
  count(nowMs: number): number {
    this.#forget(nowMs);
    return this.#counted.length;
  }

  /** Enters an end after which the service is wanted back. */
  enter(run: EndedRun, rules: RestartRules, nowMs: number): Verdict {
    const { maxRetriesPerMinute, stableAfterMs } = rules;
    const isStable = run.uptimeMs >= stableAfterMs;
    this.#forget(nowMs);
    if (run.isFailure || !isStable) this.#counted.push(nowMs);
    if (maxRetriesPerMinute === 0) return { kind: "give_up" };
    if (this.#counted.length > maxRetriesPerMinute) return { kind: "give_up" };
    if (isStable) {
      this.#early = 0;
      return { kind: "again", delayMs: 0 };
    }
    return { kind: "again", delayMs: this.#grown(rules) };
  }

  /** Somebody started it by hand: what was before does not count. */
  clear(): void {
    this.#counted = [];
    this.#early = 0;
  }

  #grown({ backoffInitialMs, backoffMaxMs }: RestartRules): number {
    if (backoffInitialMs === 0) return 0; // Doubled for ever, it is infinity × 0.
    const delay = Math.min(backoffInitialMs * 2 ** this.#early++, backoffMaxMs);
    const spread = 1 - JITTER + 2 * JITTER * this.#random();
    return Math.min(delay * spread, backoffMaxMs);
  }

  #forget(nowMs: number): void {
    this.#counted = this.#counted.filter((ms) => nowMs - ms < WINDOW_MS);
  }
}
