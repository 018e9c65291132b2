/**
 * The database: its tables, its settings, and the steps from older versions.
 *
 * A node is a row with its card and details as JSON; an item is a row with its
 * place in one session of one node. Places grow to newer items and may be
 * negative: older pages are put in front as they pass.
 */

import type { Database } from "bun:sqlite";

/** Each step leads from the version that is its index to the next. */
const STEPS: readonly string[] = [
  `create table node (
     id text primary key,
     card text not null,
     details text not null,
     joined_at integer not null,
     heard_at integer not null,
     epoch text not null default '',
     seq integer not null default 0,
     session text not null default '',
     last_key text
   );
   create table item (
     node text not null,
     session text not null,
     place integer not null,
     key text not null,
     body text not null,
     primary key (node, session, place)
   );
   create unique index item_key on item (node, session, key);
   -- Whether older items exist than the first one kept.
   create table session (
     node text not null,
     id text not null,
     more integer not null,
     primary key (node, id)
   );`,
];

/** Settings of a connection that writes. See the SQLite manual on each. */
export function openForWriting(db: Database): void {
  db.run("pragma journal_mode = wal");
  // No corruption on power loss; the last commits may be lost then.
  db.run("pragma synchronous = normal");
  db.run("pragma busy_timeout = 5000");
  db.run("pragma journal_size_limit = 16777216");
}

/** @throws {Error} if the database was written by a newer hypivisor. */
export function migrate(db: Database): void {
  const { user_version: from } = db.query("pragma user_version").get() as {
    user_version: number;
  };
  if (from > STEPS.length) {
    throw new Error(
      `it was written by a newer hypivisor (schema ${from}, this one knows ${STEPS.length})`,
    );
  }
  for (let version = from; version < STEPS.length; version++) {
    db.transaction(() => {
      db.run(STEPS[version] as string);
      db.run(`pragma user_version = ${version + 1}`);
    }).immediate();
  }
}
