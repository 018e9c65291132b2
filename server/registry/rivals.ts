/**
 * Which nodes have to make way: for one at the same address, and for room.
 *
 * Pure: looks at entries and answers; the registry does it.
 */

import type { NodeCard, NodeId, UnixMs } from "../protocol/node.ts";
import type { Entry } from "./entry.ts";
import { isRunning } from "./node_state.ts";

/** For so long an evicted node may not evict the one that evicted it. */
const EVICTION_TRUCE_MS = 60_000;

/** Other ids at the same machine and port. Those that do not listen have none. */
export function rivals(
  entries: Iterable<Entry>,
  card: NodeCard,
  known: Entry | undefined,
  now: UnixMs,
): NodeId[] {
  if (card.port === 0) return [];
  const truce = known?.evicted;
  return [...entries]
    .filter((entry) =>
      entry.listed && entry.card.id !== card.id &&
      entry.card.machine === card.machine && entry.card.port === card.port &&
      // Two that claim one port would evict each other for ever.
      !(truce?.by === entry.card.id && now - truce.at < EVICTION_TRUCE_MS)
    )
    .map((entry) => entry.card.id);
}

/** The node without a process that has had none for longest. */
export function longestAway(entries: Iterable<Entry>): Entry | undefined {
  let oldest: Entry | undefined;
  for (const entry of entries) {
    if (isRunning(entry.presence)) continue;
    if (!oldest || entry.presence.since < oldest.presence.since) oldest = entry;
  }
  return oldest;
}
