/** Pushes to clients that subscribed, as the text that is sent. */

import type { NodeId, NodeRecord } from "../protocol/node.ts";
import type { ClientPush } from "../protocol/rpc.ts";

/** A sign of life, for pages: they cannot see pings. */
export const BEAT: string = textOf({ method: "beat", params: {} });

/** What became of a node, be it there or not. */
export function pushOf(id: NodeId, node: NodeRecord | undefined): string {
  return textOf(
    node
      ? { method: "node_set", params: { node } }
      : { method: "node_forgotten", params: { id } },
  );
}

function textOf(push: ClientPush): string {
  return JSON.stringify({ jsonrpc: "2.0", ...push });
}
