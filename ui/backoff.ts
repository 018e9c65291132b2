/** The pause between two attempts to connect. */

const MIN_MS = 500;
const MAX_MS = 10_000;

/**
 * How long to wait before attempt number `attempt`, counted from 1. Grows
 * twofold from 0.5 s to 10 s; half of it is left to chance, so that the pages
 * of a restarted server do not all come back in one instant.
 */
export function backoffMs(attempt: number, random: number): number {
  const whole = Math.min(MIN_MS * 2 ** (attempt - 1), MAX_MS);
  return Math.round(whole * (0.5 + random / 2));
}
