/**
 * Files of `xy` made into files of ours: what `xy` passed over in silence would
 * be a fault here, so it is commented out and said, and nothing else changes.
 *
 * Knows the schema of `xy` and where ours is stricter. Touches no disk; that is
 * `import_xy_folder.ts`.
 */

import {
  type Entry,
  getLocation,
  InvalidKdlError,
  type Node,
  parse,
} from "@bgotink/kdl";
import { HypivisorError } from "../errors.ts";

export interface Converted {
  readonly text: string;
  /** What was changed and why, each with its line, for a person. */
  readonly notes: readonly string[];
}

/** What `xy` reads of a node. Of repeated ones, which counts. */
type Rule =
  /** Its first value, if it is of this type; the rest is passed over. */
  | { readonly kind: "value"; readonly type: "string" | "number" }
  | { readonly kind: "strings" }
  | { readonly kind: "block"; readonly last: true };

const TOP: Readonly<Record<string, Rule>> = {
  command: { kind: "value", type: "string" },
  args: { kind: "strings" },
  port: { kind: "value", type: "number" },
  env: { kind: "block", last: true },
  "working-dir": { kind: "value", type: "string" },
  restart: { kind: "block", last: true },
  stop: { kind: "block", last: true },
};

/** Wrong types in these are faults in `xy`, too: they are left to be found. */
const STRICT: ReadonlySet<string> = new Set(["command", "port"]);

/**
 * Converts one file.
 *
 * @throws {HypivisorError} `bad_request` if it is not KDL 2; `xy` could not
 * read it either.
 */
export function convertXy(text: string): Converted {
  const edits = new Edits(text);
  const nodes = parseNodes(text);
  const seen = new Set<string>();
  for (const node of nodes) {
    const name = node.getName();
    edits.dropTag(node);
    const rule = Object.hasOwn(TOP, name) ? TOP[name] : undefined;
    if (!rule) edits.drop(node, `xy did not know \`${name}\``);
    else if (seen.has(name)) edits.drop(node, `xy read the first \`${name}\``);
    else convertNode(node, rule, edits);
    seen.add(name);
  }
  const inherits = `// xy gave its servers all of its environment. Better name
// what this one needs.
env-inherit "*"
`;
  const changed = edits.apply();
  const gap = changed === "" || changed.endsWith("\n") ? "" : "\n";
  return { text: `${changed}${gap}\n${inherits}`, notes: edits.notes };
}

function parseNodes(text: string): Node[] {
  try {
    return parse(text, { as: "document", storeLocations: true }).nodes;
  } catch (cause) {
    if (!(cause instanceof InvalidKdlError)) throw cause;
    const [error = cause] = [...cause.flat()];
    const { line = 1, column = 1 } = error.start ?? {};
    throw new HypivisorError(
      "bad_request",
      `line ${line}, column ${column}: ${error.message}`,
      { cause },
    );
  }
}

function convertNode(node: Node, rule: Rule, edits: Edits): void {
  const name = node.getName();
  for (const entry of node.entries) edits.dropTag(entry);
  if (rule.kind === "block") {
    for (const entry of node.entries) {
      edits.drop(entry, `xy passed over what stands beside \`${name}\``);
    }
    convertBlock(node, edits);
    return;
  }
  if (node.children) {
    edits.dropBlock(node, `xy passed over a block below \`${name}\``);
  }
  if (rule.kind === "strings") {
    for (const entry of node.entries) {
      if (entry.getName() === null && isString(entry)) continue;
      edits.drop(entry, `xy passed over what is no string in \`${name}\``);
    }
    return;
  }
  const [first] = node.entries;
  if (!STRICT.has(name) && (!first || typeof first.getValue() !== rule.type)) {
    edits.drop(node, `xy passed over a \`${name}\` that is no ${rule.type}`);
    return;
  }
  dropSurplus(node, edits);
}

/** `env` holds strings by name; the others hold settings of one value. */
function convertBlock(block: Node, edits: Edits): void {
  const children = block.children?.nodes ?? [];
  for (const [at, child] of children.entries()) {
    const name = child.getName();
    const isLast = !children.slice(at + 1)
      .some((other) => other.getName() === name);
    edits.dropTag(child);
    for (const entry of child.entries) edits.dropTag(entry);
    const isEnv = block.getName() === "env";
    const [first] = child.entries;
    if (!isLast) edits.drop(child, `xy read the last \`${name}\``);
    else if (isEnv && (!first || !isString(first))) {
      edits.drop(child, `xy passed over \`${name}\`, which is no string`);
    } else {
      if (child.children) {
        edits.dropBlock(child, `xy passed over a block below \`${name}\``);
      }
      dropSurplus(child, edits);
    }
  }
}

function dropSurplus(node: Node, edits: Edits): void {
  for (const entry of node.entries.slice(1)) {
    edits.drop(
      entry,
      `xy read the first value of \`${node.getName()}\` only; a setting needs a line of its own`,
    );
  }
}

function isString(entry: Entry): boolean {
  return typeof entry.getValue() === "string";
}

/** Changes of a text by its first state's offsets, and why. */
class Edits {
  readonly notes: string[] = [];
  readonly #text: string;
  readonly #changes: { at: number; length: number; by: string }[] = [];

  constructor(text: string) {
    this.#text = text;
  }

  /** Comments one element out: `/-` before it. */
  drop(element: Node | Entry, why: string): void {
    const { offset, line } = placeOf(element);
    this.#changes.push({ at: offset, length: 0, by: "/-" });
    const note = `line ${line}: ${why}`;
    if (!this.notes.includes(note)) this.notes.push(note);
  }

  dropBlock(node: Node, why: string): void {
    const { offset, line } = placeOf(node.children!);
    const at = this.#text.lastIndexOf("{", offset);
    this.#changes.push({ at, length: 0, by: "/-" });
    this.notes.push(`line ${line}: ${why}`);
  }

  /** A type annotation means nothing to either; here it would be a fault. */
  dropTag(element: Node | Entry): void {
    if (element.getTag() === null) return;
    const { offset, line } = placeOf(element);
    const start = this.#text.indexOf("(", offset);
    const end = this.#text.indexOf(")", start) + 1;
    this.#changes.push({ at: start, length: end - start, by: "" });
    this.notes.push(`line ${line}: the type annotation means nothing`);
  }

  apply(): string {
    let text = this.#text;
    // From behind, so that earlier offsets stay right.
    for (
      const { at, length, by } of this.#changes.toSorted((a, b) => b.at - a.at)
    ) text = text.slice(0, at) + by + text.slice(at + length);
    return text;
  }
}

function placeOf(
  element: Parameters<typeof getLocation>[0],
): { offset: number; line: number } {
  const start = getLocation(element)?.start;
  return { offset: start?.offset ?? 0, line: start?.line ?? 1 };
}
