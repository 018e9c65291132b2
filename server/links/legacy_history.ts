/** History as the original tells it: messages by index on the branch. */

import type { Hub } from "../hub/hub.ts";
import type { Item } from "../protocol/item.ts";
import type { LegacyDown } from "../protocol/legacy.ts";
import type { Agent } from "../rpc/core.ts";

/** The original's bound, in UTF-16 units of JSON; exact here, not estimated. */
const INIT_MAX_CHARACTERS = 512_000;

/** In one page. The original has no bound. */
const PAGE_MESSAGES_MAX = 1_000;

export function initState(hub: Hub, tools: readonly unknown[]): LegacyDown {
  const all = messagesOf(hub);
  const messages = withinBound(all);
  const total = Math.max(hub.total, all.length);
  return {
    type: "init_state",
    messages,
    tools,
    ...(messages.length < total
      ? { truncated: true as const, totalMessages: total }
      : {}),
    isStreaming: hub.activity?.kind === "working",
  };
}

/** Messages `[max(0, before - limit), before)`; empty without numbers. */
export async function historyPage(
  hub: Hub,
  agent: Agent,
  wanted: {
    readonly before: number | undefined;
    readonly limit: number | undefined;
  },
): Promise<LegacyDown> {
  const { before, limit } = wanted;
  if (before === undefined || limit === undefined) {
    return {
      type: "history_page",
      messages: [],
      hasMore: false,
      oldestIndex: null,
    };
  }
  const kept = messagesOf(hub);
  const total = Math.max(hub.total, kept.length);
  const end = Math.min(before, total);
  const start = Math.max(0, end - Math.min(limit, PAGE_MESSAGES_MAX));
  const firstKept = total - kept.length;
  const messages = start >= firstKept
    ? kept.slice(start - firstKept, end - firstKept)
    : (await agent.ask("slice", { start, end })).messages;
  return {
    type: "history_page",
    messages,
    hasMore: start > 0,
    oldestIndex: start,
  };
}

function messagesOf(hub: Hub): unknown[] {
  return hub.tail.items
    .map(({ json }) => JSON.parse(json) as Item)
    .flatMap((item) => item.kind === "message" ? [item.message] : []);
}

function withinBound(messages: readonly unknown[]): readonly unknown[] {
  let left = INIT_MAX_CHARACTERS;
  let start = messages.length;
  while (start > 0) {
    left -= JSON.stringify(messages[start - 1]).length + 1;
    if (left < 0) break;
    start--;
  }
  return messages.slice(start);
}
