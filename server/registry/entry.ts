/**
 * What the registry keeps of one node, and how others are told of it.
 */

import type { LegacyNode } from "../protocol/legacy.ts";
import type {
  Activity,
  NodeCard,
  NodeId,
  NodeRecord,
  UnixMs,
} from "../protocol/node.ts";
import type { TerminalId } from "../protocol/terminal.ts";
import { type Finish, nodeState, type Presence } from "./node_state.ts";

/** What is known of a node beyond its card. Replaced field by field. */
export type NodeDetails = Partial<
  Pick<
    NodeRecord,
    | "session"
    | "model"
    | "thinking"
    | "pi"
    | "mode"
    | "branch"
    | "lastPrompt"
    | "relayed"
    | "warning"
  >
>;

export interface Entry {
  card: NodeCard;
  details: NodeDetails;
  joinedAt: UnixMs;
  presence: Presence;
  activity: Activity | undefined;
  unseen: Finish | undefined;
  /** The terminal it was spawned in, while there is one. */
  terminal: TerminalId | undefined;
  /** Kept out of the record: it changes all the time. */
  heardAt: UnixMs;
  listed: boolean;
  evicted: { by: NodeId; at: UnixMs } | undefined;
  /** Made when asked for, dropped on every change. */
  record: NodeRecord | undefined;
}

/** What the store kept of a node. */
export interface KeptNode {
  readonly card: NodeCard;
  readonly details: NodeDetails;
  readonly joinedAt: UnixMs;
  readonly heardAt: UnixMs;
}

/** A node that the store kept: offline until it is heard of. */
export function restoredEntry(kept: KeptNode, isListed: boolean): Entry {
  return {
    ...kept,
    ...FRESH,
    presence: { kind: "offline", since: kept.heardAt, reason: "restarted" },
    listed: isListed,
  };
}

/** A node whose agent has just registered. */
export function liveEntry(
  known: Entry | undefined,
  card: NodeCard,
  details: NodeDetails,
  now: UnixMs,
): Entry {
  return {
    ...newlyTold(known, card, details, now),
    presence: { kind: "live", since: now },
    activity: known?.presence.kind === "live" ? known.activity : undefined,
    unseen: known?.unseen,
    listed: true,
    evicted: known?.evicted,
  };
}

/** A node whose process is being started. */
export function spawnedEntry(
  known: Entry | undefined,
  card: NodeCard,
  details: NodeDetails,
  now: UnixMs,
): Entry {
  return {
    ...newlyTold(known, card, details, now),
    presence: { kind: "spawned", since: now, question: undefined },
    listed: false,
  };
}

/** A node that was told of, as far as it is the same whoever tells. */
function newlyTold(
  known: Entry | undefined,
  card: NodeCard,
  details: NodeDetails,
  now: UnixMs,
): Omit<Entry, "presence" | "listed"> {
  return {
    ...FRESH,
    card,
    details: { ...known?.details, ...details },
    joinedAt: known?.joinedAt ?? now,
    terminal: known?.terminal,
    heardAt: now,
  };
}

/** What is not known of a node until it says so. */
const FRESH = {
  activity: undefined,
  unseen: undefined,
  terminal: undefined,
  evicted: undefined,
  record: undefined,
};

/** The node as our own clients see it. */
export function recordOf(entry: Entry): NodeRecord {
  entry.record ??= {
    ...entry.card,
    ...entry.details,
    ...(entry.terminal ? { terminal: entry.terminal } : {}),
    joinedAt: entry.joinedAt,
    state: nodeState(entry.presence, entry.activity, entry.unseen),
  };
  return entry.record;
}

/** The node as clients of the original see it. */
export function legacyOf({ card, presence, heardAt }: Entry): LegacyNode {
  return {
    ...card,
    status: presence.kind === "live" ? "active" : "offline",
    last_seen: Math.floor(heardAt / 1_000),
    ...(presence.kind === "offline"
      ? { offline_since: Math.floor(presence.since / 1_000) }
      : {}),
  };
}

/** Whether nothing in `some` is new. Fields are small; text compare is enough. */
export function isSubset(some: NodeDetails, all: NodeDetails): boolean {
  return Object.entries(some).every(([name, value]) =>
    JSON.stringify(value) === JSON.stringify(all[name as keyof NodeDetails])
  );
}
