/** Waits for a condition, with a deadline that says what was seen last. */

export interface UntilOptions {
  readonly withinMs?: number;
  /** What to print if it never comes true. */
  readonly last?: () => string;
}

const LOOK_EVERY_MS = 10;

/** Resolves to the first truthy value of `look`. */
export async function until<T>(
  what: string,
  look: () => T | undefined | null | false | Promise<T | undefined>,
  { withinMs = 15_000, last }: UntilOptions = {},
): Promise<T> {
  const deadline = Date.now() + withinMs;
  for (;;) {
    const value = await look();
    if (value) return value;
    if (Date.now() > deadline) {
      const seen = last ? `; last seen: ${last()}` : "";
      throw new Error(`Nothing after ${withinMs} ms: ${what}${seen}`);
    }
    await Bun.sleep(LOOK_EVERY_MS);
  }
}
