/**
 * Tells one agent how far its events are kept: on disk, where there is a store.
 *
 * One acknowledgement is on its way at a time; it covers all that came before.
 */

import type { Hub } from "../hub/hub.ts";
import type { Store } from "../store/store.ts";

export class Acknowledger {
  readonly #store: Store;
  readonly #hub: Hub;
  readonly #tell: (seq: number) => void;
  #taken = 0;
  #told = 0;
  #isWaiting = false;

  constructor(store: Store, hub: Hub, tell: (seq: number) => void) {
    this.#store = store;
    this.#hub = hub;
    this.#tell = tell;
  }

  /** The event of this number was taken, or refused for good. */
  took(seq: number): void {
    this.#taken = Math.max(this.#taken, seq);
    this.#next();
  }

  #next(): void {
    if (this.#isWaiting || this.#taken === this.#told) return;
    this.#isWaiting = true;
    const seq = this.#taken;
    const { have } = this.#hub;
    this.#store.whenWritten(() => {
      this.#hub.noteKept(have);
      this.#isWaiting = false;
      this.#told = seq;
      this.#tell(seq);
      this.#next();
    });
  }
}
