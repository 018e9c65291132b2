/**
 * Viewers that type, or paste, faster than the program reads: their connections
 * are not read until there is room, so that what waits is with them.
 */

import type { Viewer } from "./viewer.ts";

/**
 * Of input that the program has not taken. Beyond it nothing more is read from
 * who types; a paste of this size always fits.
 */
export const INPUT_MAX_BYTES = 1024 * 1024;

/** Half of it: not to stop again at once. */
const RESUME_BYTES = INPUT_MAX_BYTES / 2;

export class Typists {
  readonly #waiting = new Set<Viewer>();

  /** Someone typed, after which so much waits for the program. */
  typed(viewer: Viewer, inputBytes: number): void {
    if (inputBytes <= INPUT_MAX_BYTES) return;
    this.#waiting.add(viewer);
    viewer.setPaused(true);
  }

  /** The program took some of it. */
  taken(inputBytes: number): void {
    if (inputBytes <= RESUME_BYTES) this.releaseAll();
  }

  leave(viewer: Viewer): void {
    this.#waiting.delete(viewer);
  }

  releaseAll(): void {
    for (const viewer of this.#waiting) viewer.setPaused(false);
    this.#waiting.clear();
  }
}
