/** A row that is kept at a distance from the top of the view until it rests. */

import type { MountedRows, RowPlace } from "./mounted_rows.ts";

/** Frames without movement after which a jump has arrived. */
const SETTLED_FRAMES = 4;

/** A row that is not mounted by then will not be: it is gone. */
const MAX_FRAMES = 60;

export class Pin {
  readonly #place: RowPlace;
  #settled = 0;
  #frames = 0;

  constructor(place: RowPlace) {
    this.#place = place;
  }

  /** Moves the row to its place. False when it has stayed there. */
  align(mounted: MountedRows): boolean {
    if (++this.#frames > MAX_FRAMES) return false;
    const top = mounted.topOf(this.#place.key);
    if (top === undefined) return true;
    const drift = top - this.#place.top;
    if (Math.abs(drift) >= 1 && mounted.moveBy(drift)) this.#settled = 0;
    return ++this.#settled < SETTLED_FRAMES;
  }
}
