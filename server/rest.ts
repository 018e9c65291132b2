/**
 * Rest: once it is quiet, what a start took is given back.
 *
 * The engine keeps what it has had for when it needs it again; after a start it
 * does not. With it goes all that it has compiled, which is why this is done
 * once and not after whatever may come again.
 */

/** A start is over by then, and so is what follows from it. */
const QUIET_MS = 5_000;

/** Says that the process has started. */
export function restSoon(): void {
  setTimeout(() => Bun.shrink(), QUIET_MS).unref();
}
