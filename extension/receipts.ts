/** The last word about each command, so that one sent twice runs once. */

import type { Receipt } from "../server/protocol/event.ts";

/** A page that was cut off sends again what it sent in the last minutes. */
const RECEIPTS_MAX = 1_000;

export class Receipts {
  readonly #last = new Map<string, Receipt>();

  find(id: string): Receipt | undefined {
    return this.#last.get(id);
  }

  note(receipt: Receipt): void {
    this.#last.set(receipt.id, receipt);
    for (const oldest of this.#last.keys()) {
      if (this.#last.size <= RECEIPTS_MAX) break;
      this.#last.delete(oldest);
    }
  }
}
