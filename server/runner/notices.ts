/**
 * Notices: that something about a terminal has changed, at most so often.
 *
 * The first one goes out at once, what follows within the pause is told once
 * at its end, so that the last state is always told.
 */

/** Faster than anybody reads; a title may change with every line of a build. */
const PAUSE_MS = 50;

export class Notices<Key> {
  readonly #tell: (key: Key) => void;
  /** Those told lately: whether there is something to tell since. */
  readonly #paused = new Map<Key, { timer: Timer; isChanged: boolean }>();

  constructor(tell: (key: Key) => void) {
    this.#tell = tell;
  }

  note(key: Key): void {
    const paused = this.#paused.get(key);
    if (paused) {
      paused.isChanged = true;
      return;
    }
    const timer = setTimeout(() => this.#resume(key), PAUSE_MS);
    this.#paused.set(key, { timer, isChanged: false });
    this.#tell(key);
  }

  forget(key: Key): void {
    clearTimeout(this.#paused.get(key)?.timer);
    this.#paused.delete(key);
  }

  #resume(key: Key): void {
    const paused = this.#paused.get(key);
    this.#paused.delete(key);
    if (paused?.isChanged) this.note(key);
  }
}
