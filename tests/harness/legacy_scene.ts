/** A viewer of the original on one of our agents, for tests. */

import type { Item } from "../../server/protocol/item.ts";
import { FakeAgent } from "./fake_agent.ts";
import { Hypivisor } from "./hypivisor.ts";
import { type Frame, TestSocket } from "./socket.ts";
import { until } from "./until.ts";

/** What the agent says it has. */
export const TOOL = {
  name: "bash",
  description: "Run",
  parameters: { type: "object" },
};

export interface LegacyScene {
  readonly hypivisor: Hypivisor;
  readonly agent: FakeAgent;
  readonly viewer: TestSocket;
}

/** Runs once `init_state` has come. */
export async function playLegacy(
  items: readonly Item[],
  run: (scene: LegacyScene) => Promise<void>,
): Promise<void> {
  await using hypivisor = await Hypivisor.start();
  await using agent = await FakeAgent.start(
    () => hypivisor.socketUrl("/ws?uplink=2"),
    { items },
  );
  agent.onRequest = (method, params) => answer(agent, method, params);
  await until(() => agent.acked > 0);
  await using viewer = await TestSocket.open(
    hypivisor.socketUrl(`/ws/agent/${agent.id}`),
  );
  await viewer.frame(({ type }) => type === "init_state");
  await run({ hypivisor, agent, viewer });
}

/** What pi-socket would answer. */
function answer(agent: FakeAgent, method: string, params: Frame): unknown {
  switch (method) {
    case "tools":
      return { tools: [TOOL] };
    case "slice": {
      const messages = agent.items.flatMap((item) =>
        item.kind === "message" ? [item.message] : []
      );
      return {
        messages: messages.slice(params.start, params.end),
        total: messages.length,
      };
    }
    case "page": {
      const end = agent.items.findIndex(({ key }) => key === params.before);
      const items = agent.items.slice(0, end < 0 ? undefined : end).slice(-50);
      return { items, more: items[0]?.key !== agent.items[0]?.key };
    }
    case "commands":
      return {
        commands: [{ name: "hi", description: "Greets", source: "prompt" }],
      };
    case "folder":
      return {
        files: [{ path: `${params.prefix}x.ts`, isDirectory: false }],
        cwd: "/home/ada/shop",
      };
  }
  return {};
}
