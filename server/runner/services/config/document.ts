/**
 * A KDL 2 document as plain nodes with places: the only file that knows the
 * parser.
 *
 * Every parse error becomes a fault; a file in KDL 1 is told apart, because
 * its author has to change a few signs and not to look for a mistake.
 */

import {
  type Document,
  type Entry,
  getLocation,
  InvalidKdlError,
  type Node,
  parse,
} from "@bgotink/kdl";
import { parse as parseV1 } from "@bgotink/kdl/v1-compat";
import { type Faults, type Place, TOP } from "./faults.ts";

export interface KdlValue {
  readonly value: string | number | boolean | null;
  /** As it was written, for numbers that are too large to be exact. */
  readonly text: string;
  readonly place: Place;
}

export interface KdlNode {
  readonly name: string;
  readonly place: Place;
  readonly args: readonly KdlValue[];
  readonly properties: readonly (KdlValue & { readonly key: string })[];
  /** Absent without a block; `{}` is an empty list. */
  readonly children?: readonly KdlNode[];
  /** Type annotations, which mean nothing here: places of those found. */
  readonly tags: readonly Place[];
}

/** Returns undefined if it cannot be parsed; why is in `faults` then. */
export function parseDocument(
  text: string,
  faults: Faults,
): readonly KdlNode[] | undefined {
  const nul = text.indexOf("\0");
  if (nul >= 0) {
    faults.unparsable(placeOf(text, nul), "NUL byte");
    return undefined;
  }
  try {
    return nodesOf(parse(text, { as: "document", storeLocations: true }));
  } catch (thrown) {
    if (!(thrown instanceof InvalidKdlError)) throw thrown;
    for (const error of errorsOf(thrown, text)) {
      faults.unparsable(error.start ?? TOP, wordsOf(error));
    }
    return undefined;
  }
}

function errorsOf(error: InvalidKdlError, text: string): InvalidKdlError[] {
  const errors = [...error.flat()];
  const first = errors[0] ?? error;
  if (!isV1(text)) return errors;
  return [
    new InvalidKdlError(
      `this is KDL 1: write #true, #false, #null and #"raw"# (${
        wordsOf(first)
      })`,
      first.start ? { start: first.start } : {},
    ),
  ];
}

function isV1(text: string): boolean {
  try {
    parseV1(text);
    return true;
  } catch {
    return false; // Neither: the errors of KDL 2 are the ones to show.
  }
}

function wordsOf(error: InvalidKdlError): string {
  // The parser recurses; what it says of an overflow is meant for its authors.
  if (error.message.includes("call stack")) return "nested too deeply";
  return error.message.replace(/ at \d+:\d+$/, "");
}

function placeOf(text: string, offset: number): Place {
  const before = text.slice(0, offset);
  return {
    line: before.split("\n").length,
    column: offset - before.lastIndexOf("\n"),
  };
}

function nodesOf(document: Document): KdlNode[] {
  return document.nodes.map((node) => {
    const entries = node.entries.map(valueOf);
    return {
      name: node.getName(),
      place: startOf(node),
      args: entries.filter(({ key }) => key === null),
      properties: entries.filter(hasKey),
      ...(node.children ? { children: nodesOf(node.children) } : {}),
      tags: [node, ...node.entries].filter((one) => one.getTag() !== null)
        .map(startOf),
    };
  });
}

type Keyed = KdlValue & { readonly key: string | null };

function valueOf(entry: Entry): Keyed {
  const value = entry.getValue();
  const text = entry.value.representation ?? String(value);
  return { key: entry.getName(), value, text, place: startOf(entry) };
}

function hasKey(entry: Keyed): entry is Keyed & { readonly key: string } {
  return entry.key !== null;
}

function startOf(element: Node | Entry): Place {
  const start = getLocation(element)?.start;
  return start ? { line: start.line, column: start.column } : TOP;
}
