/**
 * Edits of YAML that leave every other byte as it is.
 *
 * The parser tells where things stand; the text is cut and filled by hand, since
 * writing the whole document again would change indents and quotes of others.
 */

import {
  type Document,
  isMap,
  type Pair,
  parseDocument,
  stringify,
  type YAMLMap,
} from "yaml";
import { HypivisorError } from "../errors.ts";
import { isRecord } from "../read.ts";
import type { JsonObject } from "./json_rpc.ts";

/**
 * Reads a config; nothing at all is an empty one.
 *
 * @throws {HypivisorError} `bad_request` naming line and column.
 */
export function readYaml(text: string): JsonObject {
  const document = parse(text);
  const value: unknown = document.toJS({ maxAliasCount: 100 });
  if (value === null || value === undefined) return {};
  if (isRecord(value)) return value;
  throw new HypivisorError("bad_request", "it holds no mapping");
}

/** Sets the entry at `path`, which is two keys long: a mapping and a name. */
export function setYaml(
  text: string,
  [section, name]: readonly string[],
  value: JsonObject,
): string {
  const eol = text.includes("\r\n") ? "\r\n" : "\n";
  const cleared = removeYaml(text, [section!, name!], true);
  const map = sectionOf(cleared, section!);
  const write = (indent: string) =>
    stringify({ [name!]: value }, { lineWidth: 0 }).trimEnd()
      .replace(/^/gm, indent).replaceAll("\n", eol) + eol;
  if (map.kind === "block") {
    const column = columnOf(cleared, map.first);
    return insertAt(cleared, map.end, write(" ".repeat(column)), eol);
  }
  if (map.kind === "empty") {
    return cleared.slice(0, map.start) + eol + write("  ").trimEnd() +
      cleared.slice(map.end);
  }
  const block = `${section}:${eol}${write("  ")}`;
  return insertAt(cleared, cleared.length, block, eol);
}

/** Takes the entry at `path` out. */
export function removeYaml(
  text: string,
  path: readonly string[],
  isToBeSet = false,
): string {
  const document = parse(text);
  const map = path.length === 1
    ? document.contents
    : document.get(path[0]!, true);
  const pair = isMap(map) ? pairOf(map, path.at(-1)!) : undefined;
  if (!isMap(map) || !pair) return text;
  if (map.flow) {
    throw new HypivisorError("conflict", `"${path[0]}" is written on one line`);
  }
  const start = text.lastIndexOf("\n", startOf(pair)) + 1;
  const end = endOf(text, pair);
  const rest = text.slice(0, start) + text.slice(end);
  if (map.items.length > 1 || path.length === 1 || isToBeSet) return rest;
  // A mapping without entries has to say so, or it is nothing at all.
  const key = text.lastIndexOf(":", start);
  return `${text.slice(0, key)}: {}${text.slice(key + 1, start)}` +
    text.slice(end);
}

function parse(text: string): Document {
  const document = parseDocument(text);
  const [error] = document.errors;
  if (error) {
    const place = error.linePos?.[0];
    throw new HypivisorError(
      "bad_request",
      `line ${place?.line}, column ${place?.col}: ${
        error.message.split("\n")[0]
      }`,
    );
  }
  return document;
}

type Section =
  | { readonly kind: "block"; readonly first: Pair; readonly end: number }
  /** Nothing, or `{}`: to be replaced from `start` to `end`. */
  | { readonly kind: "empty"; readonly start: number; readonly end: number }
  | { readonly kind: "absent" };

function sectionOf(text: string, name: string): Section {
  const { contents } = parse(text);
  if (contents === null) return { kind: "absent" };
  if (!isMap(contents) || contents.flow) {
    throw new HypivisorError("conflict", "it is written on one line");
  }
  const pair = pairOf(contents, name);
  if (!pair) return { kind: "absent" };
  const value = pair.value as YAMLMap | null;
  const [first] = isMap(value) ? value.items : [];
  if (isMap(value) && first && !value.flow) {
    return { kind: "block", first, end: value.range![1] };
  }
  const isEmpty = value === null || (isMap(value) && !first) ||
    (value as { value?: unknown }).value === null;
  if (!isEmpty) {
    throw new HypivisorError("conflict", `"${name}" is written on one line`);
  }
  const key = pair.key as { range: [number, number, number] };
  const start = key.range[1] + 1;
  // What is there may be `{}`, `null` or `~`, or nothing at all.
  const until = Math.max(start, value?.range?.[1] ?? start);
  const end = text.slice(start, until).trim() === "" ? start : until;
  return { kind: "empty", start, end };
}

function pairOf(map: YAMLMap, name: string): Pair | undefined {
  return map.items.find(({ key }) =>
    (key as { value?: unknown } | null)?.value === name
  );
}

function startOf(pair: Pair): number {
  return (pair.key as { range: [number, number, number] }).range[0];
}

function columnOf(text: string, pair: Pair): number {
  const start = startOf(pair);
  return start - text.lastIndexOf("\n", start - 1) - 1;
}

/** Behind the last line of an entry; comments that follow are the next one's. */
function endOf(text: string, pair: Pair): number {
  const value = pair.value as { range?: [number, number, number] } | null;
  const key = pair.key as { range: [number, number, number] };
  const last = (value?.range ?? key.range)[1];
  // A block's range may reach over empty lines: they are not its own.
  const end = text.slice(0, last).trimEnd().length;
  const newline = text.indexOf("\n", Math.max(end, key.range[1]));
  return newline < 0 ? text.length : newline + 1;
}

function insertAt(
  text: string,
  at: number,
  block: string,
  eol: string,
): string {
  const before = text.slice(0, at).trimEnd();
  const gap = text.slice(before.length, at);
  // On a line of its own, before empty lines that were behind the last entry.
  const newline = gap.indexOf("\n");
  if (before === "") return block + text.slice(at);
  if (newline < 0) {
    const rest = text.indexOf("\n", at);
    if (rest < 0) return `${text.slice(0, at)}${eol}${block}`;
    return text.slice(0, rest + 1) + block + text.slice(rest + 1);
  }
  const start = before.length + newline + 1;
  return text.slice(0, start) + block + text.slice(start);
}
