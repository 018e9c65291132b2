/**
 * The record of what was exported: which entries of which files are ours, and
 * what each file was before. Without it nothing could be undone exactly.
 *
 * Kept as JSON in the data directory. A record that cannot be read counts as
 * empty: then only entries that are to the letter ours are taken for ours.
 */

import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { makePrivateDir } from "../paths.ts";
import {
  boolean,
  list,
  object,
  oneOf,
  optional,
  parseJson,
  record,
  text,
} from "../read.ts";
import type { JsonObject } from "./json_rpc.ts";

export interface ExportedEntry {
  /** As we wrote it. */
  readonly value: JsonObject;
  /** What stood there before, if it was replaced. */
  readonly before?: JsonObject;
}

export interface ExportedFile {
  /** Whether there was no such file before. */
  readonly isNew: boolean;
  /** A copy of what it was, and its hash. */
  readonly backup?: string;
  readonly before?: string;
  /** Of the whole file, as we left it. */
  readonly hash: string;
  /** Whether nobody but us has written it since. */
  readonly isOursAlone: boolean;
  /** The mapping that our entries are in, if it is ours, too. */
  readonly madeKeys?: readonly string[];
  readonly entries: Readonly<Record<string, ExportedEntry>>;
}

export type ExportRecord = Readonly<Record<string, ExportedFile>>;

const readEntry = object({ value: record, before: optional(record) });

const readFile = object({
  isNew: boolean,
  backup: optional(text()),
  before: optional(text({ max: 64 })),
  hash: text({ max: 64 }),
  isOursAlone: boolean,
  madeKeys: optional(list(text(), 8)),
  entries: record,
});

const readRecord = object({ version: oneOf("1"), files: record });

export function loadExportRecord(path: string): ExportRecord {
  if (!existsSync(path)) return {};
  try {
    const { files } = readRecord(parseJson(readFileSync(path, "utf8")), "it");
    return map(files, (value, at) => {
      const { entries, ...file } = readFile(value, at);
      return { ...file, entries: map(entries, readEntry) } as ExportedFile;
    });
  } catch {
    return {}; // Whoever broke it can still have entries removed by value.
  }
}

export function saveExportRecord(path: string, files: ExportRecord): void {
  makePrivateDir(dirname(path));
  const next = `${path}.tmp`;
  const json = JSON.stringify({ version: "1", files }, null, 2);
  writeFileSync(next, `${json}\n`, { mode: 0o600 });
  renameSync(next, path);
}

function map<T, U>(
  values: Readonly<Record<string, T>>,
  to: (value: T, at: string) => U,
): Record<string, U> {
  return Object.fromEntries(
    Object.entries(values).map(([key, value]) => [key, to(value, key)]),
  );
}
