/**
 * The tail of a transcript: the newest items, oldest first, within a bound.
 *
 * Items are kept as the JSON they are sent as, so that a snapshot is a join
 * and not a conversion. Older items are not lost: `more` says that the agent
 * or the store has them.
 */

import type { Item, ItemKey } from "../protocol/item.ts";

/** Per node. About 300 ordinary messages; a reader who wants more pages. */
export const TAIL_MAX_CHARACTERS = 2 * 1024 * 1024;

/** An item as it is kept. */
export interface KeptItem {
  readonly key: ItemKey;
  readonly json: string;
}

export interface Page {
  readonly items: readonly KeptItem[];
  readonly more: boolean;
}

export class Tail {
  #items: KeptItem[] = [];
  #characters = 0;
  #more = false;
  #lastKey: ItemKey | null = null;

  /** What these items take up, in UTF-16 units. */
  get characters(): number {
    return this.#characters;
  }

  /** Whether there are older items than these. */
  get more(): boolean {
    return this.#more;
  }

  /** Key of the newest item, known even when the items were dropped. */
  get lastKey(): ItemKey | null {
    return this.#lastKey;
  }

  get items(): readonly KeptItem[] {
    return this.#items;
  }

  /** True if there are items, but none of them here. */
  get isCold(): boolean {
    return this.#items.length === 0 && this.#lastKey !== null;
  }

  has(key: ItemKey): boolean {
    return this.#indexOf(key) >= 0;
  }

  replace(items: readonly KeptItem[], more: boolean): void {
    this.#items = [...items];
    this.#characters = items.reduce((sum, { json }) => sum + json.length, 0);
    this.#more = more;
    this.#lastKey = items.at(-1)?.key ?? null;
    this.#trim();
  }

  /** Only tells that there are items, and which is the last. */
  begin(lastKey: ItemKey | null): void {
    this.replace([], lastKey !== null);
    this.#lastKey = lastKey;
  }

  /** Adds an item, or puts it in the place of the one with its key. */
  put(item: KeptItem): void {
    const index = this.#indexOf(item.key);
    if (index >= 0) {
      this.#characters -= this.#items[index]?.json.length ?? 0;
      this.#items[index] = item;
    } else {
      this.#items.push(item);
      this.#lastKey = item.key;
    }
    this.#characters += item.json.length;
    this.#trim();
  }

  /** Drops the items to give memory back; they can be had again. */
  cool(): void {
    if (this.#items.length === 0) return;
    this.#items = [];
    this.#characters = 0;
    this.#more = true;
  }

  /** Key of the oldest item here; null if there is none. */
  get firstKey(): ItemKey | null {
    return this.#items[0]?.key ?? null;
  }

  /**
   * Puts older items in front of the one of key `before`, or, after `cool`,
   * all back (null). Does nothing if other items are there by now.
   */
  prepend(before: ItemKey | null, page: Page): boolean {
    if (before !== this.firstKey) return false;
    if (before === null && page.items.at(-1)?.key !== this.#lastKey) {
      return false;
    }
    this.#items = [...page.items, ...this.#items];
    this.#more = page.more;
    for (const { json } of page.items) this.#characters += json.length;
    this.#trim();
    return true;
  }

  /**
   * The page before `before` (null: the newest), within `characters`, at least
   * one item. Undefined if it lies, in part, before what is kept here.
   */
  page(before: ItemKey | null, characters: number): Page | undefined {
    const end = before === null ? this.#items.length : this.#indexOf(before);
    if (end < 0 || (end === 0 && this.#more)) return undefined;
    const items = newestWithin(this.#items.slice(0, end), characters);
    return { items, more: this.#more || items.length < end };
  }

  /** Newest first: nearly every search is for one of the last items. */
  #indexOf(key: ItemKey): number {
    return this.#items.findLastIndex((item) => item.key === key);
  }

  #trim(): void {
    let drop = 0;
    while (
      this.#characters > TAIL_MAX_CHARACTERS && drop < this.#items.length - 1
    ) {
      this.#characters -= this.#items[drop]?.json.length ?? 0;
      drop++;
    }
    if (drop === 0) return;
    this.#items.splice(0, drop);
    this.#more = true;
  }
}

/** The newest of `items` that fit together; always at least the last one. */
export function newestWithin(
  items: readonly KeptItem[],
  characters: number,
): readonly KeptItem[] {
  let start = items.length;
  let left = characters;
  while (start > 0) {
    left -= items[start - 1]?.json.length ?? 0;
    if (left < 0 && start < items.length) break;
    start--;
  }
  return items.slice(start);
}

export function keep(item: Item): KeptItem {
  return { key: item.key, json: JSON.stringify(item) };
}
