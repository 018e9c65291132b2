/**
 * When pi must not be prompted, although it would look as if it could. Knows
 * no clock.
 */

/**
 * A prompt of the command line is sent by pi shortly after `session_start`; one
 * of ours in between would make pi drop it (seen in 1.5.2).
 */
const AFTER_START_MS = 1_000;
/** Should pi not say that it has compacted, prompts wait no longer. */
const COMPACTION_MAX_MS = 5 * 60_000;
/** pi tells that it has compacted a moment before it takes prompts again. */
const AFTER_COMPACTION_MS = 500;

export class Quiet {
  #until = 0;

  starting(now: number): void {
    this.#until = now + AFTER_START_MS;
  }

  /** pi refuses prompts while it compacts. */
  compacting(now: number): void {
    this.#until = now + COMPACTION_MAX_MS;
  }

  compacted(now: number): void {
    this.#until = now + AFTER_COMPACTION_MS;
  }

  isOver(now: number): boolean {
    return now >= this.#until;
  }
}
