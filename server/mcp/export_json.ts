/**
 * Edits of JSON with comments that leave every other byte as it is.
 *
 * One property is set or taken out; indent, line ends, trailing commas and the
 * comments around it stay. Whether the result says what was meant is checked by
 * the caller, for every format alike.
 */

import {
  createScanner,
  type Node,
  parse,
  type ParseError,
  parseTree,
  printParseErrorCode,
} from "jsonc-parser";
import { HypivisorError } from "../errors.ts";
import { isRecord } from "../read.ts";
import type { JsonObject } from "./json_rpc.ts";

const LENIENT = { allowTrailingComma: true } as const;

/**
 * Reads a config; nothing at all is an empty one.
 *
 * @throws {HypivisorError} `bad_request` naming line and column.
 */
export function readJson(text: string): JsonObject {
  if (isBlank(text)) return {};
  const errors: ParseError[] = [];
  const value: unknown = parse(text, errors, LENIENT);
  const [first] = errors;
  if (first) {
    const before = text.slice(0, first.offset).split("\n");
    throw new HypivisorError(
      "bad_request",
      `line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1}: ${
        printParseErrorCode(first.error)
      }`,
    );
  }
  if (isRecord(value)) return value;
  throw new HypivisorError("bad_request", "it holds no object");
}

/** Sets the property at `path`, and makes the objects on the way. */
export function setJson(
  text: string,
  path: readonly string[],
  value: unknown,
): string {
  const style = styleOf(text);
  if (isBlank(text)) {
    const start = text.trimEnd();
    const json = write(nested(path, value), "", style);
    return `${start}${start && style.eol}${json}${style.eol}`;
  }
  let node = parseTree(text, [], LENIENT)!;
  for (const [at, key] of path.entries()) {
    const property = find(node, key);
    const rest = path.slice(at + 1);
    if (!property) return insert(text, node, key, nested(rest, value), style);
    const [, inner] = property.children as [Node, Node];
    const isEnd = rest.length === 0;
    if (isEnd || inner.type !== "object") {
      const json = write(nested(rest, value), indentOf(text, property), style);
      return splice(text, inner.offset, end(inner), json);
    }
    node = inner;
  }
  return text;
}

/** Takes the property at `path` out. */
export function removeJson(text: string, path: readonly string[]): string {
  let node = parseTree(text, [], LENIENT);
  for (const key of path.slice(0, -1)) {
    node = node && find(node, key)?.children?.[1];
  }
  const property = node && find(node, path.at(-1)!);
  if (!node || !property) return text;
  return cut(text, node, property);
}

interface Style {
  readonly unit: string;
  readonly eol: string;
}

/** The file's own manners; two spaces where it has none. */
function styleOf(text: string): Style {
  const eol = text.includes("\r\n") ? "\r\n" : "\n";
  return { unit: /\n([ \t]+)["/]/.exec(text)?.[1] ?? "  ", eol };
}

function insert(
  text: string,
  object: Node,
  key: string,
  value: unknown,
  style: Style,
): string {
  const close = end(object) - 1;
  const last = object.children?.at(-1);
  const inner = text.slice(last ? end(last) : object.offset + 1, close);
  const outer = indentOf(text, object);
  const isOneLine = last !== undefined &&
    !text.slice(object.offset, close).includes("\n");
  if (isOneLine) {
    const json = `${JSON.stringify(key)}: ${JSON.stringify(value)}`;
    return splice(text, end(last), end(last), `, ${json}`);
  }
  const indent = last ? indentOf(text, last) : outer + style.unit;
  const json = `${style.eol}${indent}${JSON.stringify(key)}: ${
    write(value, indent, style)
  }`;
  const at = close - inner.length + inner.trimEnd().length;
  if (!last) return splice(text, at, close, `${json}${style.eol}${outer}`);
  if (commaIn(inner) !== undefined) return splice(text, at, at, `${json},`);
  // From behind, so that the first offset stays right.
  return splice(splice(text, at, at, json), end(last), end(last), ",");
}

function cut(text: string, object: Node, property: Node): string {
  const all = object.children ?? [];
  const index = all.indexOf(property);
  const [before, after] = [all[index - 1], all[index + 1]];
  const close = end(object) - 1;
  const behind = text.slice(end(property), after?.offset ?? close);
  const comma = commaIn(behind);
  const start = before ? end(before) : object.offset + 1;
  const ahead = text.slice(start, property.offset);
  const to = end(property) + (comma === undefined ? 0 : comma + 1);
  const from = needsOwnLine(ahead, text.slice(to))
    ? property.offset
    : start + ahead.trimEnd().length;
  if (!before && !after) {
    const rest = ahead.trim() + text.slice(to, close).trim();
    if (rest === "") return splice(text, object.offset + 1, close, "");
  }
  const without = splice(text, from, to, "");
  const loose = comma === undefined ? commaIn(ahead) : undefined;
  if (loose === undefined) return without;
  return splice(without, start + loose, start + loose + 1, "");
}

/** Whether what follows would become part of the comment ahead of it. */
function needsOwnLine(ahead: string, behind: string): boolean {
  const isComment = ahead.trimEnd().split("\n").at(-1)?.includes("//");
  return isComment === true && /^[ \t]*(?!\/\/)[^\s]/.test(behind);
}

/** Where the comma is in what stands between two properties. */
function commaIn(text: string): number | undefined {
  const scanner = createScanner(text, false);
  while (true) {
    scanner.scan();
    if (scanner.getTokenLength() === 0) return undefined;
    const at = scanner.getTokenOffset();
    if (text[at] === ",") return at;
  }
}

/** The last of a name counts, as for every parser. */
function find(object: Node, key: string): Node | undefined {
  return object.children?.findLast(({ children }) =>
    children?.[0]?.value === key
  );
}

function end(node: Node): number {
  return node.offset + node.length;
}

/** The white space that the line of a node begins with. */
function indentOf(text: string, node: Node): string {
  const line = text.slice(text.lastIndexOf("\n", node.offset) + 1, node.offset);
  return /^[ \t]*/.exec(line)?.[0] ?? "";
}

function write(value: unknown, indent: string, { unit, eol }: Style): string {
  return JSON.stringify(value, null, unit).replaceAll("\n", `${eol}${indent}`);
}

function nested(path: readonly string[], value: unknown): unknown {
  return path.reduceRight<unknown>((inner, key) => ({ [key]: inner }), value);
}

function splice(text: string, from: number, to: number, by: string): string {
  return text.slice(0, from) + by + text.slice(to);
}

function isBlank(text: string): boolean {
  const scanner = createScanner(text, true);
  scanner.scan();
  return scanner.getTokenLength() === 0;
}
