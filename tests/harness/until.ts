/** Waiting with a deadline, for tests. */

/**
 * Resolves to the first value of `look` that is neither false nor undefined.
 *
 * @throws {Error} after `withinMs`, with what was last seen.
 */
export async function until<T>(
  look: () => T | undefined | false | Promise<T | undefined | false>,
  { withinMs = 5_000, seen = () => undefined }: {
    withinMs?: number;
    /** What to print when it does not happen. */
    seen?: () => unknown;
  } = {},
): Promise<T> {
  const deadline = Date.now() + withinMs;
  while (true) {
    const value = await look();
    if (value !== undefined && value !== false) return value;
    if (Date.now() > deadline) {
      throw new Error(
        `Waited ${withinMs} ms in vain for ${look}. Last seen: ${
          JSON.stringify(seen())?.slice(0, 2_000)
        }`,
      );
    }
    await Bun.sleep(5);
  }
}
