/**
 * What writing and removing an export have in common: the request, the config
 * it is about, and what of that is known to be ours.
 */

import { existsSync } from "node:fs";
import { HypivisorError } from "../errors.ts";
import {
  EXPORT_CLIENTS,
  type ExportClient,
  type ExportClientId,
  type ExportScope,
  type ExportTarget,
  type Place,
} from "./export_clients.ts";
import { editConfig, readConfig } from "./export_edit.ts";
import { type ConfigFile, readConfigFile } from "./export_file.ts";
import {
  type ExportedFile,
  loadExportRecord,
  saveExportRecord,
} from "./export_record.ts";
import type { JsonObject } from "./json_rpc.ts";

export interface ExportRequest {
  readonly client: ExportClientId;
  readonly scope: ExportScope;
  readonly place: Place;
  /** What is to be exported, or removed. */
  readonly targets: readonly ExportTarget[];
}

export interface ExportOptions {
  /** Where it is kept what was exported. */
  readonly recordFile: string;
  /** Replaces and removes entries, too, that are not ours. */
  readonly force?: boolean;
}

export interface ExportChange {
  readonly name: string;
  readonly what:
    | "added"
    | "updated"
    | "unchanged"
    | "removed"
    | "restored" // What was there before is there again.
    | "left"; // Not ours to change; `why` tells.
  readonly why?: string;
}

export interface ExportReport {
  readonly file: string;
  readonly changes: readonly ExportChange[];
  /** What the file was before our first change. */
  readonly backup?: string;
  readonly warnings: readonly string[];
}

export const CHANGED_BY_HAND = "it was changed since it was exported";
export const NOT_OURS = "it was not exported from here";

/** A client's config, read. */
export interface Opened {
  readonly client: ExportClient;
  readonly file: ConfigFile;
  /** The mapping that its servers are in. */
  readonly keys: readonly string[];
  readonly config: JsonObject;
}

/**
 * Finds the file that a request is about.
 *
 * @throws {HypivisorError} `bad_request` if the client has none of that scope.
 */
export function locateExport(
  { client: id, scope, place }: ExportRequest,
): { readonly client: ExportClient; readonly path: string } {
  const client: ExportClient = EXPORT_CLIENTS[id];
  const files = scope === "user" ? client.user(place) : client.project?.(place);
  if (files) return { client, path: files.find(existsSync) ?? files[0]! };
  throw new HypivisorError(
    "bad_request",
    `Cannot export to a project: ${client.label} has no such config`,
  );
}

/**
 * Reads the config that a request is about.
 *
 * @throws {HypivisorError} `bad_request` as `locateExport` does.
 * @throws {HypivisorError} `conflict` if it cannot be read.
 */
export function openExport(request: ExportRequest): Opened {
  const { client, path } = locateExport(request);
  const file = readConfigFile(path);
  const config = explained(
    file.path,
    () => readConfig(client.format, file.text),
  );
  return { client, file, keys: client.keys(config), config };
}

/** What the record has of this file, in the light of what it is now. */
export function knownExport(
  { file }: Opened,
  recordFile: string,
): ExportedFile | undefined {
  const ours = loadExportRecord(recordFile)[file.path];
  // A file that is gone has taken our entries with it.
  if (!ours || !file.exists) return undefined;
  return { ...ours, isOursAlone: ours.isOursAlone && ours.hash === file.hash };
}

/** Records a file, or forgets it. */
export function keepExport(
  recordFile: string,
  path: string,
  file: ExportedFile | undefined,
): void {
  const { [path]: _, ...others } = loadExportRecord(recordFile);
  saveExportRecord(recordFile, file ? { ...others, [path]: file } : others);
}

/** Sets or, without a value, removes one entry. */
export function editEntry(
  { client, file }: Opened,
  text: string,
  path: readonly string[],
  value: JsonObject | undefined,
): string {
  return explained(
    file.path,
    () => editConfig(client.format, text, path, value),
  );
}

/** A name that would be a key of every object is no name. */
export function checkName({ name }: ExportTarget): string {
  if (/^[a-z0-9_-]+$/.test(name) && name !== "__proto__") return name;
  throw new HypivisorError("bad_request", `Cannot export "${name}"`);
}

function explained<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (thrown) {
    if (!(thrown instanceof HypivisorError)) throw thrown;
    throw new HypivisorError(
      "conflict",
      `Cannot edit "${path}": ${thrown.message}`,
      { cause: thrown },
    );
  }
}
