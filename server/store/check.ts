/** Looks whether a database opens, beside a daemon that is using it. */

import { Database } from "bun:sqlite";

/** Undefined if it does, else why not. */
export function checkDatabase(file: string): string | undefined {
  try {
    const db = new Database(file, { readonly: true });
    try {
      db.query("select count(*) from sqlite_schema").get();
      return undefined;
    } finally {
      db.close();
    }
  } catch (thrown) {
    return (thrown as Error).message;
  }
}
