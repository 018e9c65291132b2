/**
 * The items of a conversation that this page has, in order, each once.
 *
 * A window that ends at the newest item: changes add at its end, older pages at
 * its start. An item keeps its identity for as long as it is known.
 */

import type { Item, ItemKey } from "../../server/protocol/item.ts";

/**
 * Some 40 MB of ordinary messages. Beyond it the oldest are let go; they can
 * be asked for again, and `more` says so.
 */
export const MAX_ITEMS = 20_000;

export class ItemWindow {
  #items: Item[] = [];
  #byKey = new Map<ItemKey, Item>();
  #view: readonly Item[] | undefined;
  #more = false;

  /** There are older ones that this page does not have. */
  get more(): boolean {
    return this.#more;
  }

  get oldest(): ItemKey | undefined {
    return this.#items[0]?.key;
  }

  has(key: ItemKey): boolean {
    return this.#byKey.has(key);
  }

  /**
   * Takes the newest items as the hub has them. Older pages stay if the two
   * overlap; if they do not, there may be a gap, so only the new ones stay.
   */
  snapshot(items: readonly Item[], more: boolean): void {
    const first = items[0];
    const joint = first && this.#byKey.has(first.key)
      ? this.#items.findIndex((item) => item.key === first.key)
      : -1;
    const older = joint > 0 ? this.#items.slice(0, joint) : [];
    const same = items.map((item) => this.#byKey.get(item.key) ?? item);
    this.#replace([...older, ...same], joint > 0 ? this.#more : more);
  }

  /** Adds one at the end. False if it was there. */
  append(item: Item): boolean {
    if (this.#byKey.has(item.key)) return false;
    this.#items.push(item);
    this.#byKey.set(item.key, item);
    this.#view = undefined;
    if (this.#items.length > MAX_ITEMS) {
      // A tenth at once: cutting one at a time would copy the list each time.
      this.#replace(this.#items.slice(MAX_ITEMS / 10), true);
    }
    return true;
  }

  /** Adds the page before the oldest, without those that are known. */
  prepend(items: readonly Item[], more: boolean): void {
    const fresh = items.filter((item) => !this.#byKey.has(item.key));
    // A page of doubles only would be asked for again and again.
    const isProgress = fresh.length > 0;
    const room = Math.max(0, MAX_ITEMS - this.#items.length);
    const taken = room === 0 ? [] : fresh.slice(-room);
    this.#replace([...taken, ...this.#items], more && isProgress && room > 0);
  }

  view(): readonly Item[] {
    this.#view ??= [...this.#items];
    return this.#view;
  }

  #replace(items: Item[], more: boolean): void {
    this.#items = items;
    this.#byKey = new Map(items.map((item) => [item.key, item]));
    this.#more = more;
    this.#view = undefined;
  }
}
