/**
 * All hubs, one per node, made when first needed.
 *
 * Bounds what they hold together: over it, tails that nobody watches are
 * dropped, the longest unwatched first. They come back from the store or the
 * agent when somebody looks.
 */

import type { NodeId } from "../protocol/node.ts";
import type { Have } from "../protocol/uplink.ts";
import { Hub, type HubRecord } from "./hub.ts";

/** Over all nodes, in UTF-16 units: at most half a gigabyte of memory. */
const TAILS_MAX_CHARACTERS = 128 * 1024 * 1024;

export class Hubs {
  readonly #hubs = new Map<NodeId, Hub>();
  readonly #record: (node: NodeId, record: HubRecord) => void;

  constructor(record: (node: NodeId, record: HubRecord) => void) {
    this.#record = record;
  }

  /** The hub of a node. Looking at it makes it the last to be dropped. */
  of(node: NodeId): Hub {
    const hub = this.#hubs.get(node) ?? this.#make(node, null);
    this.#hubs.delete(node);
    this.#hubs.set(node, hub);
    return hub;
  }

  find(node: NodeId): Hub | undefined {
    return this.#hubs.get(node);
  }

  /** For before anyone connects: a hub that knows only where it stopped. */
  restore(node: NodeId, have: Have): void {
    this.#make(node, have);
  }

  forget(node: NodeId): void {
    this.#hubs.delete(node);
  }

  /** Drops what is over the bound. */
  trim(): void {
    let total = 0;
    for (const hub of this.#hubs.values()) total += hub.tail.characters;
    for (const hub of this.#hubs.values()) {
      if (total <= TAILS_MAX_CHARACTERS) return;
      if (hub.viewers > 0) continue;
      total -= hub.tail.characters;
      hub.tail.cool();
    }
  }

  #make(node: NodeId, have: Have | null): Hub {
    const hub = new Hub(have, (record) => this.#record(node, record));
    this.#hubs.set(node, hub);
    return hub;
  }
}
