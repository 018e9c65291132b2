/**
 * Edits of TOML, by table, that leave every other byte as it is.
 *
 * An entry is a table of its own with the tables below it. One that stands in
 * a single line of another table is left for its owner to edit.
 */

import { HypivisorError } from "../errors.ts";
import { isRecord } from "../read.ts";
import type { JsonObject } from "./json_rpc.ts";
import { scanTables, type TomlTable } from "./toml_tables.ts";

/**
 * Reads a config; nothing at all is an empty one.
 *
 * @throws {HypivisorError} `bad_request` if it is not TOML.
 */
export function readToml(text: string): JsonObject {
  try {
    return Bun.TOML.parse(text) as JsonObject;
  } catch (cause) {
    const { message } = cause as Error;
    throw new HypivisorError("bad_request", message, { cause });
  }
}

/** Writes the table at `path`, in the place of an old one or at the end. */
export function setToml(
  text: string,
  path: readonly string[],
  value: JsonObject,
): string {
  const eol = text.includes("\r\n") ? "\r\n" : "\n";
  const block = writeTable(path, value).join(eol);
  const old = tablesOf(text, path);
  const [first, ...rest] = old;
  if (!first) {
    if (valueAt(readToml(text), path) !== undefined) throw notATable(path);
    const start = text === "" || text.endsWith("\n") ? text : text + eol;
    return `${start}${start && eol}${block}${eol}`;
  }
  let result = text;
  for (const table of rest.reverse()) result = cut(result, table);
  return result.slice(0, first.start) + block + result.slice(first.end);
}

/** Takes the table at `path` out, and those below it. */
export function removeToml(text: string, path: readonly string[]): string {
  let result = text;
  const old = tablesOf(text, path);
  if (old.length === 0 && valueAt(readToml(text), path) !== undefined) {
    throw notATable(path);
  }
  for (const table of old.reverse()) result = cut(result, table);
  return result;
}

function tablesOf(text: string, path: readonly string[]): TomlTable[] {
  return scanTables(text).filter((table) =>
    path.every((key, at) => table.path[at] === key)
  );
}

/** Takes its lines out, and the empty line that parted it from the last. */
function cut(text: string, { start, end }: TomlTable): string {
  const rest = text.slice(end).replace(/^[ \t]*(\r?\n|$)/, "");
  const before = text.slice(0, start).replace(/[ \t]+$/, "");
  const isApart = /(^|\n)\r?\n$/.test(before);
  return (isApart ? before.replace(/\r?\n$/, "") : before) + rest;
}

function valueAt(config: JsonObject, path: readonly string[]): unknown {
  let value: unknown = config;
  for (const key of path) {
    value = isRecord(value) && Object.hasOwn(value, key)
      ? value[key]
      : undefined;
  }
  return value;
}

function notATable(path: readonly string[]): HypivisorError {
  return new HypivisorError(
    "conflict",
    `"${path.join(".")}" is not a table of its own`,
  );
}

function writeTable(path: readonly string[], value: JsonObject): string[] {
  return [
    `[${path.map(writeKey).join(".")}]`,
    ...Object.entries(value).map(([key, one]) =>
      `${writeKey(key)} = ${writeValue(one)}`
    ),
  ];
}

function writeKey(key: string): string {
  return /^[A-Za-z0-9_-]+$/.test(key) ? key : JSON.stringify(key);
}

/** Strings of JSON are strings of TOML, but for one character. */
function writeValue(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(writeValue).join(", ")}]`;
  if (!isRecord(value)) {
    return JSON.stringify(value).replaceAll("\x7f", "\\u007f");
  }
  const fields = Object.entries(value).map(([key, one]) =>
    `${writeKey(key)} = ${writeValue(one)}`
  );
  return `{ ${fields.join(", ")} }`;
}
