/**
 * Between the keepers and the store: what of them is written, and how it is
 * read back at the start.
 */

import type { HubRecord } from "./hub/hub.ts";
import type { Hubs } from "./hub/hubs.ts";
import { logger } from "./log.ts";
import type { NodeCard, NodeId, UnixMs } from "./protocol/node.ts";
import type { NodeDetails } from "./registry/entry.ts";
import type { Registry, RegistryChange } from "./registry/registry.ts";
import { readCard } from "./read_event.ts";
import type { Store } from "./store/store.ts";

const log = logger("store_keeper");

/** Brings back what the last daemon knew. Everything is offline at first. */
export function restoreNodes(
  store: Store,
  registry: Registry,
  hubs: Hubs,
  now: UnixMs,
): void {
  for (const stored of store.reader?.nodes() ?? []) {
    let card: NodeCard;
    let details: NodeDetails;
    try {
      card = readCard(JSON.parse(stored.card), "card");
      details = JSON.parse(stored.details) as NodeDetails;
    } catch (thrown) {
      // One row that cannot be read must not keep the others away.
      log.failed("node_unreadable", thrown, { id: stored.id });
      continue;
    }
    const { joinedAt, heardAt, epoch, seq, session, lastKey } = stored;
    registry.restore({ card, details, joinedAt, heardAt }, now);
    if (epoch === "") continue;
    hubs.restore(card.id, { epoch, seq, sessionId: session, key: lastKey });
  }
}

/** Writes what a change made of a node. */
export function keepNode(
  store: Store,
  registry: Registry,
  hubs: Hubs,
  { type, id }: RegistryChange,
): void {
  if (type === "forgotten") return store.write({ type: "forget", node: id });
  const node = registry.find(id);
  if (!node) return;
  const { machine, cwd, port, pid, joinedAt, state: _, ...rest } = node;
  // Whether it has a terminal is the runner's to say, at every start anew.
  const { id: _id, terminal: _terminal, ...details } = rest;
  store.write({
    type: "node",
    id,
    card: JSON.stringify({
      id,
      machine,
      cwd,
      port,
      ...(pid === undefined ? {} : { pid }),
    }),
    details: JSON.stringify({ ...details, warning: "" }),
    joinedAt,
    heardAt: registry.heardAt(id),
  });
  // A node that registers is on record before anything it says.
  const have = type === "joined" ? hubs.find(id)?.have : undefined;
  if (have) keepHubRecord(store, id, { type: "place", have });
}

/** Writes what a hub says has to outlive the daemon. */
export function keepHubRecord(
  store: Store,
  node: NodeId,
  record: HubRecord,
): void {
  switch (record.type) {
    case "replace":
    case "append":
      return store.write({ ...record, node });
    case "place": {
      const { epoch, seq, sessionId, key } = record.have;
      return store.write({
        type: "place",
        node,
        epoch,
        seq,
        session: sessionId,
        lastKey: key,
      });
    }
  }
}
