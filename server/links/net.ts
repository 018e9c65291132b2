/**
 * All that links share: the keepers and the other links.
 *
 * Agents find the link they replace here, clients are told of changes from
 * here, and nothing else is global.
 */

import type { NodeId } from "../protocol/node.ts";
import type { Core } from "../rpc/core.ts";
import type { SessionWatch } from "../registry/session_watch.ts";
import type { AgentLink } from "./agent_link.ts";
import type { ClientLink } from "./client_link.ts";
import type { ViewerLink } from "./viewer_link.ts";

export interface Net extends Core {
  readonly agents: Map<NodeId, AgentLink>;
  readonly clients: Set<ClientLink>;
  /** Sockets that registered an agent of the original, by its node. */
  readonly registrants: Map<NodeId, ClientLink>;
  readonly viewers: Set<ViewerLink>;
  readonly sessions: SessionWatch;
  /** URLs at which an agent of the original may be reached; none if it cannot. */
  relayTargets(node: NodeId): readonly string[];
}
