/**
 * Takes exports out of a client's config again, and nothing else.
 *
 * When the last of ours goes and nobody else has written the file, it becomes
 * what it was before the first, to the byte.
 */

import { existsSync, rmSync } from "node:fs";
import { isRecord } from "../read.ts";
import { readConfig, valueAt } from "./export_edit.ts";
import {
  type ConfigFile,
  deleteConfigFile,
  readConfigFile,
  writeConfigFile,
} from "./export_file.ts";
import {
  CHANGED_BY_HAND,
  checkName,
  editEntry,
  type ExportChange,
  type ExportOptions,
  type ExportReport,
  type ExportRequest,
  keepExport,
  knownExport,
  NOT_OURS,
  type Opened,
  openExport,
} from "./export_open.ts";
import type { ExportedEntry, ExportedFile } from "./export_record.ts";

/**
 * Removes entries from the client's config.
 *
 * @throws {HypivisorError} `conflict` if the config cannot be edited safely.
 */
export function removeExport(
  request: ExportRequest,
  { recordFile, force = false }: ExportOptions,
): ExportReport {
  const opened = openExport(request);
  const { client, file, keys, config } = opened;
  const ours = knownExport(opened, recordFile);
  const entries: Record<string, ExportedEntry> = { ...ours?.entries };
  const changes: ExportChange[] = [];
  let text = file.text;
  for (const target of request.targets) {
    const name = checkName(target);
    const found = valueAt(config, [...keys, name]);
    const known = entries[name];
    // Without a record, what is to the letter ours is taken for ours.
    const isOurs = force || Bun.deepEquals(found, known?.value) ||
      Bun.deepEquals(found, client.entry(target, config));
    if (found !== undefined && !isOurs) {
      const why = known ? CHANGED_BY_HAND : NOT_OURS;
      changes.push({ name, what: "left", why });
      continue;
    }
    delete entries[name];
    if (found === undefined) changes.push({ name, what: "unchanged" });
    else {
      text = editEntry(opened, text, [...keys, name], known?.before);
      changes.push({ name, what: known?.before ? "restored" : "removed" });
    }
  }
  const isLast = Object.keys(entries).length === 0;
  if (isLast && ours?.madeKeys) {
    text = withoutEmpty(opened, text, ours.madeKeys);
  }
  const hash = text === file.text
    ? file.hash
    : finish(file, text, isLast ? ours : undefined);
  if (ours) {
    const rest = isLast ? undefined : { ...ours, hash, entries };
    keepExport(recordFile, file.path, rest);
  }
  return { file: file.path, changes, warnings: [] };
}

/** Takes out what was made for our entries, if nothing else is in it. */
function withoutEmpty(
  opened: Opened,
  text: string,
  made: readonly string[],
): string {
  const config = readConfig(opened.client.format, text);
  const rest = valueAt(config, made);
  const isEmpty = isRecord(rest) && Object.keys(rest).length === 0;
  return isEmpty ? editEntry(opened, text, made, undefined) : text;
}

/** Writes the file, as it was before us where `last` can tell that. */
function finish(
  file: ConfigFile,
  text: string,
  last: ExportedFile | undefined,
): string {
  if (!last?.isOursAlone) return writeConfigFile(file, text);
  if (last.isNew) {
    deleteConfigFile(file);
    return "";
  }
  const { backup } = last;
  if (backup === undefined || !existsSync(backup)) {
    return writeConfigFile(file, text);
  }
  const original = readConfigFile(backup);
  // Somebody may have put the copy to a use of their own.
  if (original.hash !== last.before) return writeConfigFile(file, text);
  const hash = writeConfigFile(file, original.text);
  rmSync(backup);
  return hash;
}
