/**
 * All that links share: the keepers and the other links.
 *
 * Agents find the link they replace here, clients are told of changes from
 * here, and nothing else is global.
 */

import type { NodeId } from "../protocol/node.ts";
import type { Agent, Core } from "../rpc/core.ts";
import type { SessionWatch } from "../registry/session_watch.ts";
import type { ClientLink } from "./client_link.ts";
import type { TerminalPipe } from "./terminal_pipe.ts";
import type { ViewerLink } from "./viewer_link.ts";

/** An agent, and what its line has to be told. */
export interface LiveAgent extends Agent {
  /** One per process of the agent. */
  readonly epoch: string;
  /** Makes way for a newer line of the same agent. */
  replace(): void;
  /** Called whenever a viewer came or went. */
  viewersChanged(): void;
  /** The daemon is stopping. */
  goAway(): void;
}

export interface Net extends Core {
  readonly agents: Map<NodeId, LiveAgent>;
  readonly clients: Set<ClientLink>;
  /** Sockets that registered an agent of the original, by its node. */
  readonly registrants: Map<NodeId, ClientLink>;
  readonly viewers: Set<ViewerLink>;
  /** Sockets on terminals. */
  readonly pipes: Set<TerminalPipe>;
  readonly sessions: SessionWatch;
  /** URLs at which an agent of the original may be reached; none if it cannot. */
  relayTargets(node: NodeId): readonly string[];
}
