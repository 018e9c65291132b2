/** A client that stops reading for a while, and what it is told afterwards. */

import { assert, assertEquals } from "@std/assert";
import { test } from "bun:test";
import { FakeAgent } from "./harness/fake_agent.ts";
import { Hypivisor } from "./harness/hypivisor.ts";
import { TestSocket } from "./harness/socket.ts";
import { until } from "./harness/until.ts";

const AGENTS = 200;
/** Twice what the kernel holds for a client and the daemon's bound together. */
const ROUNDS = 60;
const LONG_TEXT = "x".repeat(900);

test(
  "a client that did not read is told of each node as it now is, and of none again",
  async () => {
    await using hypivisor = await Hypivisor.start();
    const url = hypivisor.socketUrl("/ws?uplink=2");
    const agents = await Promise.all(
      Array.from({ length: AGENTS }, () => FakeAgent.start(() => url)),
    );
    await using client = await TestSocket.open(hypivisor.socketUrl("/ws"));
    await client.call("subscribe");
    const raw = client.raw as WebSocket & { pause(): void; resume(): void };

    raw.pause();
    for (let round = 1; round <= ROUNDS; round++) {
      for (const agent of agents) {
        agent.act({ kind: "working", since: round, doing: LONG_TEXT });
      }
      // Longer than the daemon gathers changes for.
      await Bun.sleep(25);
    }
    client.send({ jsonrpc: "2.0", id: "late", method: "ping" });
    raw.resume();

    const last = new Map<string, number>();
    await until(() => {
      for (const { method, params } of client.frames) {
        if (method === "node_set") {
          last.set(params.node.id, params.node.state.since);
        }
      }
      return agents.every(({ id }) => last.get(id) === ROUNDS);
    }, { withinMs: 10_000, seen: () => [...last.values()] });
    await client.frame(({ id }) => id === "late");
    const told = client.frames.length;
    assert(
      told < AGENTS * ROUNDS,
      "It was told of everything: not slow enough",
    );
    await Bun.sleep(500);
    assertEquals(client.frames.length, told);
    assertEquals(client.frames.filter(({ event }) => event).length, 1);
    for (const agent of agents) agent.stop();
  },
  60_000,
);
