/**
 * The writer: carries out store operations on an open database, a batch a
 * transaction. Runs on the worker; knows nothing of messages or batches' why.
 */

import type { Database } from "bun:sqlite";
import type { StoredItem, StoreOperation } from "./operation.ts";

export class Writer {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  /** All or nothing. */
  write(operations: readonly StoreOperation[]): void {
    this.#db.transaction(() => {
      for (const operation of operations) this.#perform(operation);
    }).immediate();
  }

  #perform(operation: StoreOperation): void {
    switch (operation.type) {
      case "node":
        return this.#node(operation);
      case "place":
        return this.#place(operation);
      case "replace":
        return this.#replace(operation);
      case "append":
        return this.#append(operation);
      case "prepend":
        return this.#prepend(operation);
      case "forget":
        for (const table of ["item", "session"]) {
          this.#run(`delete from ${table} where node = ?`, operation.node);
        }
        return this.#run("delete from node where id = ?", operation.node);
    }
  }

  #node(op: StoreOperation & { type: "node" }): void {
    this.#run(
      `insert into node (id, card, details, joined_at, heard_at)
       values (?, ?, ?, ?, ?)
       on conflict (id) do update set card = excluded.card,
         details = excluded.details, heard_at = excluded.heard_at`,
      op.id,
      op.card,
      op.details,
      op.joinedAt,
      op.heardAt,
    );
  }

  #place(op: StoreOperation & { type: "place" }): void {
    this.#run(
      `update node set epoch = ?, seq = ?, session = ?, last_key = ?
       where id = ?`,
      op.epoch,
      op.seq,
      op.session,
      op.lastKey,
      op.node,
    );
  }

  #replace(op: StoreOperation & { type: "replace" }): void {
    const { node, session } = op;
    this.#run(
      "delete from item where node = ? and session = ?",
      node,
      session,
    );
    this.#more(node, session, op.more);
    op.items.forEach((item, place) => this.#put(node, session, place, item));
  }

  #append(op: StoreOperation & { type: "append" }): void {
    const { last } = this.#db.query(
      `select max(place) as last from item where node = ? and session = ?`,
    ).get(op.node, op.session) as { last: number | null };
    this.#put(op.node, op.session, (last ?? -1) + 1, op.item);
  }

  /** Only in front of the first one kept: anything else would leave a hole. */
  #prepend(op: StoreOperation & { type: "prepend" }): void {
    const { node, session } = op;
    const first = this.#db.query(
      `select place, key from item where node = ? and session = ?
       order by place limit 1`,
    ).get(node, session) as { place: number; key: string } | null;
    if (first?.key !== op.before) return;
    op.items.forEach((item, index) =>
      this.#put(node, session, first.place - op.items.length + index, item)
    );
    this.#more(node, session, op.more);
  }

  /** An item seen again keeps its place. */
  #put(node: string, session: string, place: number, item: StoredItem): void {
    this.#run(
      `insert into item (node, session, place, key, body)
       values (?, ?, ?, ?, ?)
       on conflict (node, session, key) do update set body = excluded.body`,
      node,
      session,
      place,
      item.key,
      item.json,
    );
  }

  #more(node: string, session: string, more: boolean): void {
    this.#run(
      `insert into session (node, id, more) values (?, ?, ?)
       on conflict (node, id) do update set more = excluded.more`,
      node,
      session,
      more ? 1 : 0,
    );
  }

  #run(sql: string, ...values: (string | number | null)[]): void {
    this.#db.query(sql).run(...values);
  }
}
