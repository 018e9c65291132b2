/**
 * A field that is a folder browser: what is typed, what it may mean, and what
 * is offered below it. Pure; `spawn.ts` has the state.
 */

import type { NodeRecord, UnixMs } from "../../server/protocol/node.ts";
import { fuzzyScore } from "../fuzzy.ts";

/** What is typed, taken apart: `~/src/hyp` looks for `hyp` in `/home/x/src`. */
export interface Typed {
  /** Absolute, without a slash at its end. Undefined until the home is known. */
  readonly parent: string | undefined;
  readonly fragment: string;
  /** Nothing says where: recent folders may be meant as well. */
  readonly isBare: boolean;
}

/** What the agents of this machine tell of a folder. */
export interface FolderFacts {
  readonly path: string;
  readonly branch?: string;
  /** Agents that are there now. */
  readonly agents: number;
  /** When something last happened there. */
  readonly lastAt: UnixMs;
}

export type FolderRow =
  | { readonly kind: "recent"; readonly facts: FolderFacts }
  | {
    readonly kind: "folder";
    readonly name: string;
    readonly path: string;
    readonly facts?: FolderFacts;
  }
  | {
    readonly kind: "create";
    readonly name: string;
    readonly parent: string;
  };

/** More is no choice any more: a letter of the name narrows them down. */
const MAX_FOLDERS = 200;
const MAX_RECENT = 6;

export function readTyped(text: string, home: string | undefined): Typed {
  const trimmed = text.trimStart();
  const isBare = !trimmed.includes("/") && !trimmed.startsWith("~");
  if (home === undefined && !trimmed.startsWith("/")) {
    return { parent: undefined, fragment: "", isBare };
  }
  if (trimmed === "~") return { parent: home, fragment: "", isBare };
  const whole = trimmed.startsWith("/")
    ? trimmed
    : `${home}/${trimmed.replace(/^~\//, "")}`;
  const cut = whole.lastIndexOf("/");
  return {
    parent: whole.slice(0, cut).replace(/\/+$/, "") || "/",
    fragment: whole.slice(cut + 1),
    isBare,
  };
}

/** With the home as `~`, and a slash at its end: ready to be typed on. */
export function asTyped(path: string, home: string | undefined): string {
  const short = home !== undefined &&
      (path === home || path.startsWith(`${home}/`))
    ? `~${path.slice(home.length)}`
    : path;
  return short.endsWith("/") ? short : `${short}/`;
}

export function joinPath(parent: string, name: string): string {
  return parent === "/" ? `/${name}` : `${parent}/${name}`;
}

export function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf("/")) || "/";
}

/** The folders that agents of `machine` work or worked in, the latest first. */
export function knownFolders(
  nodes: readonly NodeRecord[],
  machine: string | undefined,
): ReadonlyMap<string, FolderFacts> {
  const byPath = new Map<string, FolderFacts>();
  for (const node of nodes) {
    if (node.machine !== machine) continue;
    const before = byPath.get(node.cwd);
    const branch = node.branch ?? before?.branch;
    const isHere = node.state.kind !== "offline";
    byPath.set(node.cwd, {
      path: node.cwd,
      ...(branch === undefined ? {} : { branch }),
      agents: (before?.agents ?? 0) + (isHere ? 1 : 0),
      lastAt: Math.max(before?.lastAt ?? 0, node.state.since),
    });
  }
  return new Map(
    [...byPath].sort(([, a], [, b]) =>
      Math.min(b.agents, 1) - Math.min(a.agents, 1) || b.lastAt - a.lastAt
    ),
  );
}

/** What is offered for what is typed, best first. */
export function folderRows(
  { parent, fragment, isBare }: Typed,
  directories: readonly string[],
  known: ReadonlyMap<string, FolderFacts>,
): FolderRow[] {
  const recent = isBare
    ? [...known.values()].filter(({ path }) => fuzzyScore(fragment, path) > 0)
      .slice(0, MAX_RECENT)
    : [];
  if (parent === undefined) return recent.map(asRecent);
  // In a folder that is only looked through, the order stays that of the names.
  const agentsIn = (name: string) =>
    fragment === "" ? 0 : known.get(joinPath(parent, name))?.agents ?? 0;
  const shown = new Set(recent.map(({ path }) => path));
  const folders = directories
    .map((name) => ({ name, score: scoreName(name, fragment) }))
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score || agentsIn(b.name) - agentsIn(a.name))
    .slice(0, MAX_FOLDERS)
    .flatMap(({ name }): FolderRow[] => {
      const path = joinPath(parent, name);
      if (shown.has(path)) return [];
      const facts = known.get(path);
      return [{ kind: "folder", name, path, ...(facts ? { facts } : {}) }];
    });
  const isNew = fragment !== "" && !directories.includes(fragment) &&
    fragment !== "." && fragment !== "..";
  return [
    ...recent.map(asRecent),
    ...folders,
    ...isNew ? [{ kind: "create" as const, name: fragment, parent }] : [],
  ];
}

function asRecent(facts: FolderFacts): FolderRow {
  return { kind: "recent", facts };
}

function scoreName(name: string, fragment: string): number {
  if (fragment === "") return 1;
  if (name.toLowerCase().startsWith(fragment.toLowerCase())) return 1_000;
  return fuzzyScore(fragment, name);
}
