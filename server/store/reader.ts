/**
 * The reader: what is read back from the store. Short queries on an index, so
 * they run on the serving loop; everything that writes is elsewhere.
 */

import type { Database } from "bun:sqlite";
import type { StoredItem } from "./operation.ts";

/** A node as it was kept. */
export interface StoredNode {
  readonly id: string;
  readonly card: string;
  readonly details: string;
  readonly joinedAt: number;
  readonly heardAt: number;
  readonly epoch: string;
  readonly seq: number;
  readonly session: string;
  readonly lastKey: string | null;
}

export interface StoredPage {
  readonly items: readonly StoredItem[];
  readonly more: boolean;
}

/** Rows looked at for one page; a page is a few dozen. */
const PAGE_ROWS_MAX = 1_000;

export class StoreReader {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  nodes(): StoredNode[] {
    return this.#db.query(
      `select id, card, details, joined_at as joinedAt, heard_at as heardAt,
              epoch, seq, session, last_key as lastKey
       from node order by joined_at`,
    ).all() as StoredNode[];
  }

  /**
   * The page before the item of key `before` (null: the newest), oldest first,
   * within `characters`. Undefined if that item is not kept.
   */
  page(
    node: string,
    session: string,
    before: string | null,
    characters: number,
  ): StoredPage | undefined {
    const end = before === null
      ? Number.MAX_SAFE_INTEGER
      : this.#placeOf(node, session, before);
    if (end === undefined) return undefined;
    const rows = this.#db.query(
      `select key, body as json, place from item
       where node = ? and session = ? and place < ?
       order by place desc limit ${PAGE_ROWS_MAX}`,
    ).iterate(node, session, end) as IterableIterator<
      StoredItem & { place: number }
    >;
    const items: StoredItem[] = [];
    let left = characters;
    let first = end;
    for (const { key, json, place } of rows) {
      left -= json.length;
      if (left < 0 && items.length > 0) break;
      items.push({ key, json });
      first = place;
    }
    return {
      items: items.reverse(),
      more: this.#hasBefore(node, session, first),
    };
  }

  #placeOf(node: string, session: string, key: string): number | undefined {
    const row = this.#db.query(
      "select place from item where node = ? and session = ? and key = ?",
    ).get(node, session, key) as { place: number } | null;
    return row?.place;
  }

  #hasBefore(node: string, session: string, place: number): boolean {
    const older = this.#db.query(
      `select 1 from item where node = ? and session = ? and place < ? limit 1`,
    ).get(node, session, place);
    if (older) return true;
    const row = this.#db.query(
      "select more from session where node = ? and id = ?",
    ).get(node, session) as { more: number } | null;
    return row?.more === 1;
  }
}
