/**
 * The nodes as this browser tab knows them.
 *
 * Written only by frames of the registry; components read and change nothing
 * here. To act on a node, make a call, then wait to be told that it happened.
 * While the link is down the last known nodes stay.
 */

import {
  computed,
  createModel,
  effect,
  type ReadonlySignal,
  signal,
} from "@preact/signals";
import type { NodeId, NodeRecord } from "../../server/protocol/node.ts";
import type {
  ClientPush,
  MethodName,
  ParamsOf,
  ResultOf,
} from "../../server/protocol/rpc.ts";
import type { ServiceRecord } from "../../server/protocol/service.ts";
import type { TerminalRecord } from "../../server/protocol/terminal.ts";
import type { LinkState } from "../link.ts";

export interface RegistryLink {
  readonly state: ReadonlySignal<LinkState>;
  onPush(listener: (push: ClientPush) => void): () => void;
  call<M extends MethodName>(
    method: M,
    params: ParamsOf<M>,
  ): Promise<ResultOf<M>>;
}

type Start = ResultOf<"subscribe">;

/** What the server says about itself, once it has. */
export type ServerFacts = Omit<Start, "nodes" | "terminals" | "services">;

export type NodesModel = InstanceType<typeof NodesModel>;

export const NodesModel = createModel((link: RegistryLink) => {
  const byId = signal<ReadonlyMap<NodeId, NodeRecord>>(new Map());
  const server = signal<ServerFacts | undefined>(undefined);
  const terminals = signal<readonly TerminalRecord[]>([]);
  const services = signal<readonly ServiceRecord[]>([]);
  /** The version that served this page, as far as the page can tell. */
  const firstVersion = signal<string | undefined>(undefined);

  effect(() =>
    link.onPush((push) => {
      byId.value = applyPush(byId.peek(), push);
    })
  );

  effect(() => {
    if (link.state.value.kind !== "open") return;
    let current = true;
    link.call("subscribe", {}).then((start) => {
      if (!current) return;
      const { nodes, terminals: shells, services: served, ...facts } = start;
      byId.value = replaceAll(byId.peek(), nodes);
      terminals.value = shells;
      services.value = served;
      server.value = facts;
      firstVersion.value ??= facts.version;
    }).catch(() => {
      // The link broke or is refused: its state says so, and the next one
      // subscribes again.
    });
    return () => current = false;
  });

  return {
    byId,
    all: computed(() => [...byId.value.values()]),
    server,
    /** Those that there were when the list began; pushes tell of the rest. */
    terminals,
    /** The same of services. */
    services,
    /** Whether this server keeps services. */
    hasServices: computed(() =>
      server.value?.capabilities.includes("services") ?? false
    ),
    /** Whether this server opens terminals and starts agents. */
    hasTerminals: computed(() =>
      server.value?.capabilities.includes("terminals") ?? false
    ),
    /** False until the first list is here: empty is not yet "none". */
    known: computed(() => server.value !== undefined),
    /** The server was updated since this page was loaded. */
    outdated: computed(() =>
      server.value !== undefined && server.value.version !== firstVersion.value
    ),
  };
});

/** Returns a new map; records that did not change keep their identity. */
export function applyPush(
  nodes: ReadonlyMap<NodeId, NodeRecord>,
  push: ClientPush,
): ReadonlyMap<NodeId, NodeRecord> {
  switch (push.method) {
    case "node_set":
      return new Map(nodes).set(push.params.node.id, push.params.node);
    case "node_forgotten": {
      const rest = new Map(nodes);
      rest.delete(push.params.id);
      return rest;
    }
    default:
      return nodes; // A beat, or something a later server says.
  }
}

/** A new list; nodes known before keep their place, new ones come last. */
function replaceAll(
  before: ReadonlyMap<NodeId, NodeRecord>,
  nodes: readonly NodeRecord[],
): ReadonlyMap<NodeId, NodeRecord> {
  const now = new Map(nodes.map((node) => [node.id, node]));
  const kept = [...before.keys()].flatMap((id) => now.get(id) ?? []);
  return new Map([...kept, ...nodes].map((node) => [node.id, node]));
}
