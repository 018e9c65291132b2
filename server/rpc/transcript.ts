/**
 * Pages of a transcript, from wherever they are: the hub's tail, the agent,
 * the store.
 *
 * While an agent is there it is asked, because it alone has everything; what
 * it says is kept, so that it can be read when the agent is gone.
 */

import type { Hub } from "../hub/hub.ts";
import { keep, type Page } from "../hub/tail.ts";
import type { ItemKey } from "../protocol/item.ts";
import type { NodeId } from "../protocol/node.ts";
import type { Core } from "./core.ts";

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
    await olderPage(core, node, hub, before, bytes);
}

/** Brings the tail back that was dropped, or was left behind by a restart. */
export async function warm(core: Core, node: NodeId, hub: Hub): Promise<void> {
  if (!hub.tail.isCold) return;
  const kept = fromStore(core, node, hub, null, PAGE_MAX_BYTES);
  if (kept && kept.items.length > 0) hub.tail.warm(kept);
  if (!hub.tail.isCold || !core.agents.has(node)) return;
  hub.tail.warm(await fromAgent(core, node, null, PAGE_MAX_BYTES));
}

async function olderPage(
  core: Core,
  node: NodeId,
  hub: Hub,
  before: ItemKey | null,
  bytes: number,
): Promise<Page> {
  const kept = fromStore(core, node, hub, before, bytes);
  if (kept && (kept.items.length > 0 || !kept.more)) return kept;
  if (!core.agents.has(node)) return { items: [], more: false };
  const page = await fromAgent(core, node, before, bytes);
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

async function fromAgent(
  core: Core,
  node: NodeId,
  before: ItemKey | null,
  bytes: number,
): Promise<Page> {
  const agent = core.agents.get(node);
  if (!agent) return { items: [], more: false };
  const { items, more } = await agent.ask("page", { before, bytes });
  return { items: items.map(keep), more };
}
