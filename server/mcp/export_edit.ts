/**
 * One way to edit a config, whatever its format, and the check that an edit
 * did what it was meant to do and nothing else.
 */

import { HypivisorError } from "../errors.ts";
import { isRecord } from "../read.ts";
import type { ConfigFormat } from "./export_clients.ts";
import { readJson, removeJson, setJson } from "./export_json.ts";
import { readToml, removeToml, setToml } from "./export_toml.ts";
import { readYaml, removeYaml, setYaml } from "./export_yaml.ts";
import type { JsonObject } from "./json_rpc.ts";

type Path = readonly string[];

interface Editor {
  readonly read: (text: string) => JsonObject;
  readonly set: (text: string, path: Path, value: JsonObject) => string;
  readonly remove: (text: string, path: Path) => string;
}

const EDITORS: Readonly<Record<ConfigFormat, Editor>> = {
  json: { read: readJson, set: setJson, remove: removeJson },
  toml: { read: readToml, set: setToml, remove: removeToml },
  yaml: { read: readYaml, set: setYaml, remove: removeYaml },
};

export function readConfig(format: ConfigFormat, text: string): JsonObject {
  return EDITORS[format].read(text);
}

/**
 * Sets or, without a value, removes what is at `path`.
 *
 * @throws {HypivisorError} `conflict` if that would change anything else.
 */
export function editConfig(
  format: ConfigFormat,
  text: string,
  path: Path,
  value: JsonObject | undefined,
): string {
  const editor = EDITORS[format];
  const before = editor.read(text);
  const wanted = edited(before, path, value);
  const after = value === undefined
    ? editor.remove(text, path)
    : editor.set(text, path, value);
  let found: JsonObject | undefined;
  try {
    found = editor.read(after);
  } catch {
    // Said below: what was written cannot even be read.
  }
  if (Bun.deepEquals(found, wanted, true)) return after;
  if (format === "toml" && value === undefined) {
    // A mapping of TOML is there by its tables: with the last it is gone.
    const parent = path.slice(0, -1);
    const isEmpty = Bun.deepEquals(valueAt(wanted, parent), {});
    const pruned = edited(before, parent, undefined);
    if (isEmpty && Bun.deepEquals(found, pruned, true)) return after;
  }
  throw new HypivisorError(
    "conflict",
    `its "${path[0]}" cannot be edited without touching the rest`,
  );
}

/** What is at `path`; undefined if it is not there, or leads nowhere. */
export function valueAt(config: JsonObject, path: Path): unknown {
  let value: unknown = config;
  for (const key of path) {
    const isThere = isRecord(value) && Object.hasOwn(value, key);
    value = isThere ? (value as JsonObject)[key] : undefined;
  }
  return value;
}

/** The same config with one change, by meaning. */
function edited(
  config: JsonObject,
  [key, ...rest]: Path,
  value: JsonObject | undefined,
): JsonObject {
  if (key === undefined) return config;
  const result = { ...config };
  if (rest.length === 0 && value === undefined) {
    delete result[key];
    return result;
  }
  const inner = Object.hasOwn(config, key) ? config[key] : undefined;
  if (rest.length === 0) result[key] = value;
  else if (isRecord(inner)) result[key] = edited(inner, rest, value);
  else if (inner === undefined || inner === null) {
    if (value !== undefined) result[key] = edited({}, rest, value);
  } else {
    throw new HypivisorError("conflict", `its "${key}" holds something else`);
  }
  return result;
}
