/**
 * The branch: the items of the current conversation, in order, with their keys.
 *
 * Holds keys and entry ids, not messages: those are pi's and are looked up when
 * asked for. A message is here from the moment it ended, which is before pi has
 * stored it; the entry that appears later is recognised by its key.
 */

import type {
  ExtensionContext,
  SessionEntry,
} from "@earendil-works/pi-coding-agent";
import type { UsageTotals } from "../server/protocol/event.ts";
import type { Item, ItemKey, Message } from "../server/protocol/item.ts";
import { type Draft, draftOfEntry, draftOfMessage } from "./entry.ts";
import { sizeOf } from "./item_bounds.ts";
import { addUsage, NO_USAGE } from "./usage.ts";

export type SessionReader = Pick<
  ExtensionContext["sessionManager"],
  "getBranch" | "getEntry" | "getLeafId"
>;

/** Prompts remembered by the item they became; older ones lose only a mark. */
const PROMPT_IDS_MAX = 1_000;

interface Row {
  readonly key: ItemKey;
  readonly isMessage: boolean;
  /** Undefined until pi has stored it; `draft` is kept until then. */
  entry?: string;
  draft?: Draft;
}

export class Branch {
  readonly #session: SessionReader;
  #rows: Row[] = [];
  #places = new Map<ItemKey, number>();
  #repeats = new Map<ItemKey, number>();
  #unstored: Row[] = [];
  #promptIds = new Map<ItemKey, string>();
  #leaf: string | null = null;
  #messages = 0;
  #usage: UsageTotals = NO_USAGE;

  constructor(session: SessionReader) {
    this.#session = session;
    this.rebuild();
  }

  /** Items of kind `message`. */
  get messages(): number {
    return this.#messages;
  }

  get usage(): UsageTotals {
    return this.#usage;
  }

  has(key: ItemKey): boolean {
    return this.#places.has(key);
  }

  /** The key that the next message with this content would get. */
  keyFor(message: Message): ItemKey {
    const base = draftOfMessage(message)?.base ?? "";
    return withRepeat(base, (this.#repeats.get(base) ?? 0) + 1);
  }

  /** Takes in a message that has just ended. Undefined for hidden ones. */
  end(raw: unknown, promptId?: string): Item | undefined {
    const draft = draftOfMessage(raw);
    if (!draft) return undefined;
    const row = this.#add(draft);
    row.draft = draft;
    this.#unstored.push(row);
    if (promptId !== undefined) this.#remember(row.key, promptId);
    return draft.item(row.key, promptId);
  }

  /**
   * Takes in what pi has stored since the last time, and returns the items
   * that were not known; undefined if the branch is another one now.
   */
  catchUp(): Item[] | undefined {
    const leaf = this.#session.getLeafId();
    if (leaf === this.#leaf) return [];
    const fresh: SessionEntry[] = [];
    let id = leaf;
    while (id !== null && id !== this.#leaf) {
      const entry = this.#session.getEntry(id);
      if (!entry) return undefined;
      fresh.push(entry);
      id = entry.parentId;
    }
    if (id !== this.#leaf) return undefined;
    this.#leaf = leaf;
    return fresh.reverse().flatMap((entry) => {
      const row = this.#adopt(entry);
      const item = row && this.#itemOf(row);
      return item ? [item] : [];
    });
  }

  /** Reads the whole branch anew; what was not stored is forgotten. */
  rebuild(): void {
    this.#rows = [];
    this.#places.clear();
    this.#repeats.clear();
    this.#unstored = [];
    this.#messages = 0;
    this.#usage = NO_USAGE;
    this.#leaf = this.#session.getLeafId();
    for (const entry of this.#session.getBranch()) this.#adopt(entry);
  }

  /** The newest items before `before` that fit `bytes`; one at the least. */
  page(before: ItemKey | null, bytes: number) {
    const end = before === null ? this.#rows.length : this.#places.get(before);
    const items: Item[] = [];
    let [at, left] = [end ?? 0, bytes];
    for (; at > 0; at--) {
      const item = this.#itemAt(at - 1);
      if (!item) continue;
      left -= sizeOf(item);
      if (left < 0 && items.length > 0) break;
      items.push(item);
    }
    return { items: items.reverse(), more: at > 0 };
  }

  /** The oldest items after `key` that fit `bytes`; one at the least. */
  after(key: ItemKey, bytes: number) {
    const items: Item[] = [];
    let [at, left] = [(this.#places.get(key) ?? -1) + 1, bytes];
    for (; at < this.#rows.length; at++) {
      const item = this.#itemAt(at);
      if (!item) continue;
      left -= sizeOf(item);
      if (left < 0 && items.length > 0) break;
      items.push(item);
    }
    return { items, more: at < this.#rows.length };
  }

  /** Messages by index, as the original pages. */
  slice(start: number, end: number): unknown[] {
    return this.#rows.filter((row) => row.isMessage).slice(start, end)
      .flatMap((row) => {
        const item = this.#itemOf(row);
        return item?.kind === "message" ? [item.message] : [];
      });
  }

  #adopt(entry: SessionEntry): Row | undefined {
    const draft = draftOfEntry(entry);
    if (!draft) return undefined;
    if (draft.message) this.#usage = addUsage(this.#usage, draft.message);
    const at = this.#unstored.findIndex((row) =>
      row.draft?.base === draft.base
    );
    const known = at < 0 ? undefined : this.#unstored.splice(at, 1)[0];
    const row = known ?? this.#add(draft);
    row.entry = entry.id;
    delete row.draft;
    return known ? undefined : row;
  }

  #add(draft: Draft): Row {
    const nth = (this.#repeats.get(draft.base) ?? 0) + 1;
    this.#repeats.set(draft.base, nth);
    const key = withRepeat(draft.base, nth);
    const row: Row = { key, isMessage: draft.isMessage };
    this.#places.set(key, this.#rows.push(row) - 1);
    if (draft.isMessage) this.#messages++;
    return row;
  }

  #itemAt(at: number): Item | undefined {
    const row = this.#rows[at];
    return row && this.#itemOf(row);
  }

  #itemOf(row: Row): Item | undefined {
    const entry = row.entry && this.#session.getEntry(row.entry);
    const draft = row.draft ?? (entry ? draftOfEntry(entry) : undefined);
    return draft?.item(row.key, this.#promptIds.get(row.key));
  }

  #remember(key: ItemKey, promptId: string): void {
    this.#promptIds.set(key, promptId);
    if (this.#promptIds.size <= PROMPT_IDS_MAX) return;
    for (const oldest of this.#promptIds.keys()) {
      this.#promptIds.delete(oldest);
      break;
    }
  }
}

function withRepeat(base: ItemKey, nth: number): ItemKey {
  return nth > 1 ? `${base}~${nth}` : base;
}
