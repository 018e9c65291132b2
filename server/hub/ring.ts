/**
 * The last changes of a stream, for viewers that were cut off for a moment.
 *
 * Bounded by number and size; who was away for longer gets a snapshot.
 */

/** A minute of a fast answer. */
const CHANGES_MAX = 4_000;
const CHARACTERS_MAX = 1024 * 1024;

export interface NumberedChange {
  readonly seq: number;
  /** As it is sent. */
  readonly json: string;
}

export class Ring {
  #changes: NumberedChange[] = [];
  #characters = 0;

  push(change: NumberedChange): void {
    this.#changes.push(change);
    this.#characters += change.json.length;
    if (
      this.#changes.length <= 2 * CHANGES_MAX &&
      this.#characters <= 2 * CHARACTERS_MAX
    ) return;
    // Halving now and then is cheaper than shifting each time.
    while (
      this.#changes.length > CHANGES_MAX || this.#characters > CHARACTERS_MAX
    ) {
      this.#characters -= this.#changes.shift()?.json.length ?? 0;
    }
  }

  clear(): void {
    this.#changes = [];
    this.#characters = 0;
  }

  /**
   * All changes after `seq`, given that `newest` was the last one made.
   * Undefined if some of them are not here any more.
   */
  after(seq: number, newest: number): readonly NumberedChange[] | undefined {
    if (seq > newest) return undefined;
    if (seq === newest) return [];
    const oldest = this.#changes[0]?.seq;
    if (oldest === undefined || seq + 1 < oldest) return undefined;
    return this.#changes.slice(seq + 1 - oldest);
  }
}
