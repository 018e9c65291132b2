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
  /** Kept out of the record: it changes all the time. */
  heardAt: UnixMs;
  listed: boolean;
  evicted: { by: NodeId; at: UnixMs } | undefined;
  /** Made when asked for, dropped on every change. */
  record: NodeRecord | undefined;
}

/** The node as our own clients see it. */
export function recordOf(entry: Entry): NodeRecord {
  entry.record ??= {
    ...entry.card,
    ...entry.details,
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
