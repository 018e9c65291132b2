/**
 * Which agent or terminal is meant by what a person wrote. Pure.
 *
 * A whole ID, a name, or the start of either; in that order, and what is there
 * goes before what is gone. An agent and the terminal it was spawned in are
 * one thing, found by either ID.
 */

import { HypivisorError } from "../errors.ts";
import type { NodeRecord } from "../protocol/node.ts";
import type { TerminalRecord } from "../protocol/terminal.ts";
import { nameOf, shortPath, terminalName } from "./words.ts";

/** An agent, with its terminal if it has one of ours; or another terminal. */
export type Found =
  | {
    readonly kind: "agent";
    readonly node: NodeRecord;
    readonly terminal?: TerminalRecord;
  }
  | { readonly kind: "terminal"; readonly terminal: TerminalRecord };

export interface Everything {
  readonly nodes: readonly NodeRecord[];
  readonly terminals: readonly TerminalRecord[];
}

/** Of those that several have in common, so many are listed. */
const LISTED_MAX = 10;

/** Short enough to type, long enough not to change with the next agent. */
const SHORT_ID_MIN = 6;

/** Several things are meant, or none: exit code 2. */
export class NotFoundError extends HypivisorError {
  constructor(message: string) {
    super("not_found", message);
  }
}

/** All that can be named, each once. */
export function allOf({ nodes, terminals }: Everything): Found[] {
  const agents = nodes.map((node): Found => {
    const terminal = terminals.find((one) =>
      one.id === node.terminal || one.node === node.id
    );
    return { kind: "agent", node, ...terminal ? { terminal } : {} };
  });
  const taken = new Set(
    agents.flatMap(({ terminal }) => terminal ? [terminal.id] : []),
  );
  const others = terminals.filter(({ id }) => !taken.has(id));
  return [
    ...agents,
    ...others.map((terminal): Found => ({ kind: "terminal", terminal })),
  ];
}

/**
 * @param what For the error: what it could have been.
 * @throws {NotFoundError} listing what may have been meant.
 */
export function findOne(
  word: string,
  among: readonly Found[],
  what = "agent or terminal",
): Found {
  const low = word.toLowerCase();
  const ways: ((one: Found) => boolean)[] = [
    (one) => idsOf(one).some((id) => id.toLowerCase() === low),
    (one) => labelOf(one).toLowerCase() === low,
    (one) => idsOf(one).some((id) => id.toLowerCase().startsWith(low)),
    (one) => labelOf(one).toLowerCase().startsWith(low),
  ];
  for (const fits of ways) {
    const matches = among.filter(fits);
    const here = matches.filter(isHere);
    const [found, ...others] = here.length > 0 ? here : matches;
    if (found && others.length === 0) return found;
    if (found) throw new NotFoundError(several(word, [found, ...others]));
  }
  throw new NotFoundError(
    `Cannot find "${word}": no ${what} has this ID or name. See hypivisor ls --all`,
  );
}

/** An agent's own ID, then that of its terminal. */
function idsOf(one: Found): string[] {
  if (one.kind === "terminal") return [one.terminal.id];
  return [one.node.id, ...one.terminal ? [one.terminal.id] : []];
}

export function idOf(one: Found): string {
  return one.kind === "agent" ? one.node.id : one.terminal.id;
}

export function labelOf(one: Found): string {
  return one.kind === "agent" ? nameOf(one.node) : terminalName(one.terminal);
}

function isHere(one: Found): boolean {
  return one.kind === "agent"
    ? one.node.state.kind !== "offline"
    : one.terminal.state.kind === "running";
}

function several(word: string, matches: readonly Found[]): string {
  const short = shortIds(matches.map(idOf));
  const lines = matches.slice(0, LISTED_MAX).map((one) => {
    const folder = one.kind === "agent" ? one.node.cwd : one.terminal.folder;
    return `\n  ${short.get(idOf(one))}  ${labelOf(one)}  ${
      shortPath(folder, undefined)
    }`;
  });
  const more = matches.length - lines.length;
  if (more > 0) lines.push(`\n  and ${more} more`);
  return `"${word}" may be any of these:${lines.join("")}`;
}

/** The starts of `ids` that tell them apart. */
export function shortIds(ids: readonly string[]): ReadonlyMap<string, string> {
  const sorted = [...new Set(ids)].sort();
  const short = new Map<string, string>();
  for (const [at, id] of sorted.entries()) {
    const common = Math.max(
      commonStart(id, sorted[at - 1] ?? ""),
      commonStart(id, sorted[at + 1] ?? ""),
    );
    short.set(id, id.slice(0, Math.max(SHORT_ID_MIN, common + 1)));
  }
  return short;
}

function commonStart(a: string, b: string): number {
  let at = 0;
  while (at < a.length && a[at] === b[at]) at++;
  return at;
}
