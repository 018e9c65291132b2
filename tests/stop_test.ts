/** A daemon that is stopped, or restarted, in order. */

import { assert, assertEquals } from "@std/assert";
import { test } from "bun:test";
import { FakeAgent, said } from "./harness/fake_agent.ts";
import { Hypivisor } from "./harness/hypivisor.ts";
import { LegacyAgent } from "./harness/legacy_agent.ts";
import { RawSocket } from "./harness/raw_socket.ts";
import { play } from "./harness/scene.ts";
import { TestSocket } from "./harness/socket.ts";
import { until } from "./harness/until.ts";
import { TestViewer } from "./harness/viewer.ts";

test("a stop says goodbye to every socket, and is soon over", async () => {
  await using hypivisor = await Hypivisor.start();
  await using agent = await FakeAgent.start(() =>
    hypivisor.socketUrl("/ws?uplink=2")
  );
  agent.onRequest = () => ({ tools: [] });
  await using original = await LegacyAgent.start(hypivisor, { first: "{}" });
  const open = (path: string, protocols?: string[]) =>
    TestSocket.open(hypivisor.socketUrl(path), protocols);
  const sockets = [
    await open("/ws"),
    await open(`/ws/agent/${agent.id}`, ["hyper-pi.2"]),
    await open(`/ws/agent/${agent.id}`),
    await open(`/ws/agent/${original.id}`),
  ];
  for (const socket of sockets) await socket.frame(() => true);
  // One that does not listen must not hold it up.
  await using deaf = await RawSocket.upgrade(
    hypivisor.port,
    `/ws?token=${hypivisor.token}`,
  );
  deaf.stall();

  const asked = performance.now();
  assertEquals(await hypivisor.stop(), 0);
  assert(performance.now() - asked < 5_000);
  for (const socket of sockets) {
    assertEquals((await socket.whenClosed()).code, 1001);
  }
  await until(() => original.server.clients.size === 0);
});

test("SIGINT stops it as well", async () => {
  await using hypivisor = await Hypivisor.start();
  hypivisor.signal("SIGINT");
  await until(() => hypivisor.stderr.includes(" stopped"));
  assertEquals(await hypivisor.stop(), 0);
});

test("what was said before a stop is there after it", async () => {
  await using hypivisor = await Hypivisor.start();
  await using agent = await FakeAgent.start(() =>
    hypivisor.socketUrl("/ws?uplink=2")
  );
  await using viewer = await TestViewer.open(hypivisor, agent.id);
  agent.add(said("the last word", 1));
  await until(() => viewer.items.length === 1);
  agent.stop();
  await hypivisor.stop();
  await hypivisor.start();

  await using after = await TestViewer.open(hypivisor, agent.id);
  assertEquals(after.keys, ["assistant:1"]);
});

test("agents and viewers find a restarted daemon by themselves", async () => {
  await play([said("one", 1)], async ({ hypivisor, agent }) => {
    await using viewer = await TestViewer.open(hypivisor, agent.id);
    assertEquals(viewer.keys, ["assistant:1"]);
    await hypivisor.stop();
    agent.add(said("two", 2));
    await hypivisor.start();

    await until(() => viewer.keys.length === 2, {
      seen: () => [viewer.keys, viewer.isLinked, agent.isLinked],
    });
    assertEquals(viewer.keys, ["assistant:1", "assistant:2"]);
    assertEquals(viewer.gaps, 0);
  });
}, 15_000);
