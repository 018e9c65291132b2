/**
 * Rest: once it is quiet, what a burst of work took is given back.
 *
 * The engine keeps what it has had for when it needs it again; after a start or
 * a reload it does not.
 */

/** A start is over by then, and so is what follows from it. */
const QUIET_MS = 5_000;

let timer: Timer | undefined;

/** Says that something large was done which is not done often. */
export function restSoon(): void {
  clearTimeout(timer);
  timer = setTimeout(() => Bun.shrink(), QUIET_MS);
  timer.unref();
}
