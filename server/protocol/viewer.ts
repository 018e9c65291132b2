/**
 * `/ws/agent/{id}` with subprotocol `hyper-pi.2`: what a viewer is told. Types
 * only. What a viewer may ask is in `rpc.ts`: JSON-RPC 2.0 on the same socket,
 * where the node need not be named.
 *
 * First a `snapshot`, or `resumed` if `?stream=…&seq=…` named a place the hub
 * still remembers; then changes without a gap. A stream lasts until history is
 * replaced (another session, another branch) or the daemon restarts; then a
 * new snapshot comes on the same socket or the next.
 */

import type { AgentFacts, Change, Receipt } from "./event.ts";
import type { Flight, Item, ToolRun } from "./item.ts";
import type { Activity, NodeRecord } from "./node.ts";

export interface Snapshot {
  readonly type: "snapshot";
  readonly stream: string;
  /** Number of the newest change that is contained. */
  readonly seq: number;
  readonly node: NodeRecord;
  /** The newest items, oldest of them first, up to a byte budget. */
  readonly items: readonly Item[];
  /** Older ones exist: ask `page`. */
  readonly more: boolean;
  readonly flight: Flight | null;
  readonly tools: readonly ToolRun[];
  /** Null until the agent has spoken since the daemon began. */
  readonly facts: AgentFacts | null;
  readonly activity: Activity | null;
  /** Of prompts sent lately, so that an outbox knows what arrived. */
  readonly receipts: readonly Receipt[];
}

export type ViewerDown =
  | Snapshot
  | { readonly type: "resumed"; readonly stream: string; readonly seq: number }
  | ({ readonly seq: number } & Change)
  /** The roster's record of this node, whenever it changes. Complete. */
  | { readonly type: "node"; readonly node: NodeRecord }
  /** Every 10 s. A page that hears nothing for 15 s says so. */
  | { readonly type: "beat" };
