/**
 * Exports of services to MCP clients: printed, or written into their configs.
 * `export_remove.ts` takes them out again.
 *
 * About credentials: a service with a port of its own is exported by that port,
 * and without any, since it is the user's own program on loopback. One that is
 * reached through the daemon needs the daemon's token, which the caller gives as
 * a header; Claude Desktop, which has no headers, gets a command that finds the
 * token by itself.
 */

import type { ExportTarget } from "./export_clients.ts";
import { editConfig, valueAt } from "./export_edit.ts";
import { backUp, writeConfigFile } from "./export_file.ts";
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
  locateExport,
  NOT_OURS,
  type Opened,
  openExport,
} from "./export_open.ts";
import type { ExportedEntry, ExportedFile } from "./export_record.ts";
import { isRecord } from "../read.ts";
import type { JsonObject } from "./json_rpc.ts";

/** What `export` prints: a part of the client's config, and where it goes. */
export function printExport(
  request: ExportRequest,
): { readonly file: string; readonly text: string } {
  const { client, path } = locateExport(request);
  const config = readable(request);
  let text = "";
  for (const target of request.targets) {
    const at = [...client.keys(config), checkName(target)];
    text = editConfig(client.format, text, at, client.entry(target, config));
  }
  return { file: path, text };
}

/** A config that is broken is no reason not to print what belongs in it. */
function readable(request: ExportRequest): JsonObject {
  try {
    return openExport(request).config;
  } catch {
    return {};
  }
}

/**
 * Writes entries into the client's config.
 *
 * An entry is ours if the record says so and it still is what we wrote; any
 * other of the same name is left as it is, and said so.
 *
 * @throws {HypivisorError} `conflict` if the config cannot be edited safely.
 */
export function writeExport(
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
    const value = client.entry(target, config);
    const found = valueAt(config, [...keys, name]);
    const change = judge({ name, found, value, ours: entries[name], force });
    changes.push(change);
    if (change.what === "left" || change.what === "unchanged") continue;
    text = editEntry(opened, text, [...keys, name], value);
    const before = entries[name] ? entries[name].before : found;
    entries[name] = { value, ...(isRecord(before) ? { before } : {}) };
  }
  const report = { file: file.path, changes, warnings: [] };
  if (text === file.text) return report;
  const holdsToken = showsHeaders(text, request.targets);
  const mode = !file.exists && holdsToken ? 0o600 : file.mode;
  const record = { ...recordOf(opened, ours), entries };
  const hash = writeConfigFile(file, text, mode);
  keepExport(recordFile, file.path, { ...record, hash });
  return {
    ...report,
    ...(record.backup === undefined ? {} : { backup: record.backup }),
    warnings: holdsToken ? warn(request, file.path, mode) : [],
  };
}

interface Judged {
  readonly name: string;
  readonly found: unknown;
  readonly value: JsonObject;
  readonly ours: ExportedEntry | undefined;
  readonly force: boolean;
}

function judge({ name, found, value, ours, force }: Judged): ExportChange {
  if (found === undefined) return { name, what: "added" };
  if (Bun.deepEquals(found, value)) return { name, what: "unchanged" };
  if (force || (ours && Bun.deepEquals(found, ours.value))) {
    return { name, what: "updated" };
  }
  return { name, what: "left", why: ours ? CHANGED_BY_HAND : NOT_OURS };
}

/** What is kept of the file; it is backed up if this is our first change. */
function recordOf(
  { file, keys, config }: Opened,
  ours: ExportedFile | undefined,
): Omit<ExportedFile, "entries" | "hash"> {
  if (ours) return ours;
  const made = keys.findIndex((_, at) =>
    valueAt(config, keys.slice(0, at + 1)) === undefined
  );
  return {
    isNew: !file.exists,
    ...(file.exists ? { backup: backUp(file), before: file.hash } : {}),
    isOursAlone: true,
    ...(made < 0 ? {} : { madeKeys: keys.slice(0, made + 1) }),
  };
}

/** Whether the value of a header stands in the config. */
function showsHeaders(
  text: string,
  targets: readonly ExportTarget[],
): boolean {
  return targets.some(({ headers }) =>
    Object.values(headers ?? {}).some((value) => text.includes(value))
  );
}

function warn(
  { scope }: ExportRequest,
  path: string,
  mode: number,
): string[] {
  const warnings: string[] = [];
  if (mode & 0o044) {
    warnings.push(`"${path}" can be read by others, and now holds the token`);
  }
  if (scope === "project") {
    warnings.push(`"${path}" now holds the token: do not commit it`);
  }
  return warnings;
}
