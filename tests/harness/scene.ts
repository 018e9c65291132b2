/** A daemon and one agent that answers as pi-socket does, for tests. */

import { FakeAgent } from "./fake_agent.ts";
import { Hypivisor, type HypivisorOptions } from "./hypivisor.ts";

import { type Frame } from "./socket.ts";
import { until } from "./until.ts";

import type { Item } from "../../server/protocol/item.ts";

export interface Scene {
  readonly hypivisor: Hypivisor;
  readonly agent: FakeAgent;
}

/** Runs once the agent's conversation is kept. */
export async function play(
  items: readonly Item[],
  run: (scene: Scene) => Promise<void>,
  options: HypivisorOptions = {},
): Promise<void> {
  await using hypivisor = await Hypivisor.start(options);
  await using agent = await FakeAgent.start(
    () => hypivisor.socketUrl("/ws?uplink=2"),
    { items },
  );
  agent.onRequest = (method, params) =>
    method === "page" ? pageOf(agent, params) : {};
  await until(() => agent.acked > 0);
  await run({ hypivisor, agent });
}

/** As pi-socket pages: the newest before a key, within a budget. */
function pageOf(agent: FakeAgent, { before, bytes }: Frame): unknown {
  const end = before === null
    ? agent.items.length
    : agent.items.findIndex(({ key }) => key === before);
  let start = end;
  for (let left = bytes as number; start > 0; start--) {
    left -= JSON.stringify(agent.items[start - 1]).length;
    if (left < 0 && start < end) break;
  }
  return { items: agent.items.slice(start, end), more: start > 0 };
}
