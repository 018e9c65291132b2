/**
 * What calls are answered from: the keepers, and the agents that are there.
 *
 * An interface rather than the app itself, so that calls can be tested without
 * a socket and links need not know who else there is.
 */

import type { Children } from "../children/children.ts";
import type { Hubs } from "../hub/hubs.ts";
import type { Metrics } from "../metrics.ts";
import type {
  AgentRequest,
  AgentRequests,
  Command,
} from "../protocol/command.ts";
import type { Receipt } from "../protocol/event.ts";
import type { NodeId, UnixMs } from "../protocol/node.ts";
import type { DaemonFacts } from "../protocol/rpc.ts";
import type { DaemonCapability } from "../protocol/version.ts";
import type { Registry } from "../registry/registry.ts";
import type { Store } from "../store/store.ts";

/** An agent whose link is there. */
export interface Agent {
  /**
   * Hands a command over; resolves with the agent's first word on it.
   *
   * @throws {HypivisorError} `unavailable` if the link ends or nothing comes;
   *   then the command may or may not have run. Sent again with the same id,
   *   it runs at most once.
   */
  command(id: string, command: Command): Promise<Receipt>;
  /** @throws {HypivisorError} `unavailable`, or what the agent says. */
  ask<R extends AgentRequest>(
    method: R,
    params: AgentRequests[R]["params"],
  ): Promise<AgentRequests[R]["result"]>;
}

export interface Core {
  readonly registry: Registry;
  readonly hubs: Hubs;
  readonly store: Store;
  readonly metrics: Metrics;
  readonly agents: ReadonlyMap<NodeId, Agent>;
  /** Terminals and the agents on them. Undefined with `--no-terminals`. */
  readonly children: Children | undefined;
  readonly version: string;
  /** Host name of the daemon's own machine. */
  readonly machine: string;
  readonly capabilities: readonly DaemonCapability[];
  facts(): DaemonFacts;
  /** Ends the daemon after this call, with all that it started if told so. */
  shutdown(withChildren: boolean): Promise<void>;
  now(): UnixMs;
}
