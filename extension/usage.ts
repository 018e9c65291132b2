/** What a conversation has cost so far: sums over its stored messages. */

import type { UsageTotals } from "../server/protocol/event.ts";
import type { Message } from "../server/protocol/item.ts";

export const NO_USAGE: UsageTotals = {
  input: 0,
  output: 0,
  cacheRead: 0,
  cacheWrite: 0,
  cost: 0,
  turns: 0,
};

/** `totals` with one more message; only answers cost anything. */
export function addUsage(totals: UsageTotals, message: Message): UsageTotals {
  if (message.role !== "assistant") return totals;
  const { usage } = message;
  return {
    input: totals.input + amount(usage?.input),
    output: totals.output + amount(usage?.output),
    cacheRead: totals.cacheRead + amount(usage?.cacheRead),
    cacheWrite: totals.cacheWrite + amount(usage?.cacheWrite),
    cost: totals.cost + amount(usage?.cost?.total),
    turns: totals.turns + 1,
  };
}

function amount(value: unknown): number {
  return typeof value === "number" && Number.isFinite(value) ? value : 0;
}
