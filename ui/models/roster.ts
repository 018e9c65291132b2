/**
 * The order in which agents are listed.
 *
 * Who waits for a person comes first, the longest wait on top; the rest is
 * grouped by machine and project. Inside a group rows keep their place: a list
 * that reorders itself cannot be clicked.
 */

import {
  computed,
  createModel,
  type ReadonlySignal,
  signal,
} from "@preact/signals";
import type {
  NodeId,
  NodeRecord,
  NodeStateKind,
} from "../../server/protocol/node.ts";
import { bestFirst, fuzzyScore } from "../fuzzy.ts";
import { lastPart, nameOf } from "../words.ts";

export interface RosterGroup {
  /** Names the group in what this browser remembers. */
  readonly key: string;
  readonly project: string;
  readonly machine: string;
  readonly nodes: readonly NodeRecord[];
  readonly counts: StateCounts;
}

/** How many of one state, in order of precedence; only those that occur. */
export type StateCounts = readonly (readonly [NodeStateKind, number])[];

export interface Roster {
  readonly needsYou: readonly NodeRecord[];
  readonly groups: readonly RosterGroup[];
}

const PRECEDENCE: readonly NodeStateKind[] = [
  "waiting",
  "working",
  "error",
  "done",
  "idle",
  "offline",
  "starting",
];

export type RosterModel = InstanceType<typeof RosterModel>;

export const RosterModel = createModel(
  (
    all: ReadonlySignal<readonly NodeRecord[]>,
    collapsed: ReadonlySignal<ReadonlySet<string>>,
  ) => {
    const only = signal<NodeStateKind | undefined>(undefined);
    const roster = computed(() => {
      const { value } = only;
      return groupNodes(
        value === undefined
          ? all.value
          : all.value.filter((node) => node.state.kind === value),
      );
    });

    return {
      roster,
      /** The one state that is listed, or undefined for all of them. */
      only,
      counts: computed(() => countStates(all.value)),
      /** Lists one state, or all again. */
      toggleOnly(kind: NodeStateKind): void {
        only.value = only.peek() === kind ? undefined : kind;
      },
      /** Every agent that `J` and `K` walk through, top to bottom. */
      order: computed((): readonly NodeId[] => [
        ...roster.value.needsYou.map((node) => node.id),
        ...roster.value.groups.flatMap((group) =>
          collapsed.value.has(group.key)
            ? []
            : group.nodes.map((node) => node.id)
        ),
      ]),
      waitingCount: computed(() =>
        all.value.filter((node) => node.state.kind === "waiting").length
      ),
    };
  },
);

export function groupNodes(nodes: readonly NodeRecord[]): Roster {
  const needsYou = nodes
    .filter((node) => node.state.kind === "waiting")
    .sort((a, b) => a.state.since - b.state.since);

  const byKey = new Map<string, NodeRecord[]>();
  for (const node of nodes) {
    const key = `${node.machine} ${node.cwd}`;
    const group = byKey.get(key);
    if (group) group.push(node);
    else byKey.set(key, [node]);
  }
  const groups = [...byKey].map(([key, members]) => toGroup(key, members))
    .filter((group) => group.nodes.length > 0)
    .sort((a, b) =>
      a.machine.localeCompare(b.machine) ||
      a.project.localeCompare(b.project) ||
      a.key.localeCompare(b.key)
    );
  return { needsYou, groups };
}

function toGroup(key: string, members: readonly NodeRecord[]): RosterGroup {
  const nodes = members
    .filter((node) => node.state.kind !== "waiting")
    .sort((a, b) => a.joinedAt - b.joinedAt || a.id.localeCompare(b.id));
  const { machine = "", cwd = "" } = members[0] ?? {};
  return {
    key,
    machine,
    project: lastPart(cwd),
    nodes,
    counts: countStates(nodes),
  };
}

export function countStates(nodes: readonly NodeRecord[]): StateCounts {
  return PRECEDENCE.flatMap((kind) => {
    const count = nodes.filter((node) => node.state.kind === kind).length;
    return count > 0 ? [[kind, count] as const] : [];
  });
}

/** The agents that `query` may mean, best first; all of them if it is empty. */
export function findAgents(
  nodes: readonly NodeRecord[],
  query: string,
): NodeRecord[] {
  return bestFirst(nodes, (node) => scoreAgent(node, query));
}

function scoreAgent(node: NodeRecord, query: string): number {
  // A hit in the name is worth more than one in what surrounds it.
  return Math.max(
    2 * fuzzyScore(query, nameOf(node)),
    fuzzyScore(query, `${lastPart(node.cwd)} ${node.machine}`),
    fuzzyScore(query, node.branch ?? "") / 2,
    fuzzyScore(query, node.lastPrompt ?? "") / 2,
  );
}

/** The agent that follows `from` when walking `order`, or the first or last. */
export function stepAgent(
  order: readonly NodeId[],
  from: NodeId | undefined,
  step: 1 | -1,
): NodeId | undefined {
  const at = from === undefined ? -1 : order.indexOf(from);
  if (at < 0) return step === 1 ? order[0] : order.at(-1);
  return order[Math.min(Math.max(at + step, 0), order.length - 1)];
}

/** The waiting agent after `from`, round and round. */
export function nextWaiting(
  needsYou: readonly NodeRecord[],
  from: NodeId | undefined,
): NodeId | undefined {
  const at = needsYou.findIndex((node) => node.id === from);
  return needsYou[(at + 1) % (needsYou.length || 1)]?.id;
}
