/**
 * Whose size a terminal has: that of the viewer who typed last, or asked for
 * it, or is the only one. When that one leaves, of the one active before it.
 */

/** Viewers by what they last did, the latest at the end. */
export class SizeRule<Viewer> {
  readonly #byActivity = new Set<Viewer>();
  #holder: Viewer | undefined;

  /** The one whose size counts. Undefined if nobody's does. */
  get holder(): Viewer | undefined {
    return this.#holder;
  }

  /** Someone who may have the size has come. Takes it only if nobody has it. */
  arrive(viewer: Viewer): void {
    this.#byActivity.add(viewer);
    this.#holder ??= viewer;
  }

  /** A viewer typed, or asked for the size. */
  act(viewer: Viewer): void {
    this.#byActivity.delete(viewer);
    this.#byActivity.add(viewer);
    this.#holder = viewer;
  }

  leave(viewer: Viewer): void {
    this.#byActivity.delete(viewer);
    if (this.#holder === viewer) this.#holder = [...this.#byActivity].at(-1);
  }
}
