/**
 * Pages of a transcript, from wherever they are: the hub's tail, the agent,
 * the store.
 *
 * While an agent is there it is asked, because it alone has everything; what
 * it says is kept, so that it can be read when the agent is gone.
 */

import { HypivisorError } from "../errors.ts";
import { type Hub, SNAPSHOT_CHARACTERS } from "../hub/hub.ts";
import { keep, type Page } from "../hub/tail.ts";
import type { ItemKey } from "../protocol/item.ts";
import type { NodeId } from "../protocol/node.ts";
import type { Core } from "./core.ts";

/** Pages that are joined to fill a tail; one is as large as a snapshot. */
const WARM_PAGES_MAX = 3;

/** In one page, whatever was asked for. */
export const PAGE_MAX_BYTES = 512 * 1024;

/** The page before `before` (null: the newest), oldest item first. */
export async function transcriptPage(
  core: Core,
  node: NodeId,
  before: ItemKey | null,
  bytes: number,
): Promise<Page> {
  const hub = core.hubs.of(node);
  if (before === null && hub.tail.isCold) await warm(core, node, hub);
  return hub.tail.page(before, bytes) ??
    await olderPage(core, node, hub, before, bytes) ??
    { items: [], more: false };
}

/**
 * Fills the tail up to what a snapshot holds: it is short after a restart, or
 * empty when its memory was given back.
 */
export async function warm(core: Core, node: NodeId, hub: Hub): Promise<void> {
  const { tail } = hub;
  for (let pages = 0; pages < WARM_PAGES_MAX && tail.more; pages++) {
    if (tail.characters >= SNAPSHOT_CHARACTERS) return;
    const before = tail.firstKey;
    const page = await olderPage(core, node, hub, before, PAGE_MAX_BYTES)
      .catch(nothingIfAway);
    if (!page || !tail.prepend(before, page)) return;
  }
}

/** An agent that is away or busy leaves the tail as short as it is. */
function nothingIfAway(thrown: unknown): undefined {
  if (!(thrown instanceof HypivisorError)) throw thrown;
}

/** Undefined if it is neither kept nor to be had now. */
async function olderPage(
  core: Core,
  node: NodeId,
  hub: Hub,
  before: ItemKey | null,
  bytes: number,
): Promise<Page | undefined> {
  const kept = fromStore(core, node, hub, before, bytes);
  if (kept && (kept.items.length > 0 || !kept.more)) return kept;
  const agent = core.agents.get(node);
  if (!agent) return undefined;
  const { items, more } = await agent.ask("page", { before, bytes });
  const page = { items: items.map(keep), more };
  if (before !== null) {
    core.store.write({
      type: "prepend",
      node,
      session: hub.have?.sessionId ?? "",
      before,
      ...page,
    });
  }
  return page;
}

function fromStore(
  core: Core,
  node: NodeId,
  hub: Hub,
  before: ItemKey | null,
  bytes: number,
): Page | undefined {
  const session = hub.have?.sessionId;
  if (session === undefined) return undefined;
  return core.store.reader?.page(node, session, before, bytes);
}
