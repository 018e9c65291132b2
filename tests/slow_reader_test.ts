/** Readers that are slow, or gone: what they cost, and whom. */

import { assert, assertEquals } from "@std/assert";
import { test } from "bun:test";
import { said } from "./harness/fake_agent.ts";
import { Hypivisor } from "./harness/hypivisor.ts";
import { residentMiB } from "./harness/memory.ts";
import { RawSocket } from "./harness/raw_socket.ts";
import { TestSocket } from "./harness/socket.ts";
import { until } from "./harness/until.ts";
import { TestViewer } from "./harness/viewer.ts";

import { play, type Scene } from "./harness/scene.ts";

const SUBPROTOCOL = "hyper-pi.2";

/** A viewer whose frames are looked at one by one. */
async function look(
  { hypivisor, agent }: Scene,
  query = "",
): Promise<TestSocket> {
  const path = `/ws/agent/${agent.id}${query}`;
  const socket = await TestSocket.open(hypivisor.socketUrl(path), [
    SUBPROTOCOL,
  ]);
  await socket.frame(({ type }) => type === "snapshot" || type === "resumed");
  return socket;
}

test(
  "a prompt with 10 MiB of files reaches an agent that reads slowly",
  async () => {
    await play([], async (scene) => {
      const { agent, hypivisor } = scene;
      await using viewer = await TestViewer.open(hypivisor, agent.id);
      const data = "A".repeat(13_900_000);
      agent.pause();
      const sent = viewer.call("prompt", {
        text: "see this",
        attachments: [{ name: "a.bin", mimeType: "image/png", data }],
      });
      // Meanwhile the agent says something, which has to be acknowledged.
      await until(() => agent.bufferedAmount === 0);
      agent.add(said("still here", 1));
      await until(() => viewer.items.length === 1);
      agent.resume();

      assertEquals((await sent).state, "started");
      assertEquals(agent.links, 1);
      const { command } = agent.commands[0] ?? {};
      assert(command?.kind === "prompt");
      assertEquals(command.attachments?.[0]?.data.length, data.length);
    });
  },
  20_000,
);

test(
  "a viewer that stops reading costs little, and nobody else anything",
  async () => {
    await play([], async (scene) => {
      const { agent, hypivisor } = scene;
      await using other = await TestViewer.open(hypivisor, agent.id);
      await until(() => agent.watched);
      const text = "x".repeat(20_000);
      let n = 0;
      const flood = async (items: number) => {
        for (const end = n + items; n < end;) {
          agent.add(said(`${++n} ${text}`, n));
          if (n % 50 === 0) {
            await until(() => other.keys.at(-1) === `assistant:${n}`);
          }
        }
        await until(() => other.keys.at(-1) === `assistant:${n}`, {
          withinMs: 10_000,
        });
      };
      // Until the daemon holds as much of the conversation as it ever does.
      await flood(1_000);
      const before = residentMiB(hypivisor.pid);

      const path = `/ws/agent/${agent.id}?token=${hypivisor.token}`;
      const stalled = await Promise.all(Array.from(
        { length: 8 },
        () =>
          RawSocket.upgrade(hypivisor.port, path, [
            `Sec-WebSocket-Protocol: ${SUBPROTOCOL}`,
          ]),
      ));
      for (const raw of stalled) raw.stall();
      await flood(2_000); // 40 MB

      // What the flood left behind is collected first, and is not their cost.
      const each = () => (residentMiB(hypivisor.pid) - before) / stalled.length;
      await until(() => each() < 4, { withinMs: 20_000, seen: each });
      assertEquals(other.gaps, 0);
      assertEquals(other.snapshots, 1);

      // The first of them reads again, and is told how it is now.
      const [back] = stalled;
      assert(back);
      back.tcp.resume();
      agent.add(said("the end", 1_000_000));
      await until(() => back.text.includes("assistant:1000000"), {
        withinMs: 10_000,
      });
      for (const raw of stalled) raw.tcp.destroy();
    });
  },
  60_000,
);

test(
  "a client that fell behind is answered, and told of all that is gone",
  async () => {
    await using hypivisor = await Hypivisor.start();
    await using client = await TestSocket.open(hypivisor.socketUrl("/ws"));
    await using other = await TestSocket.open(hypivisor.socketUrl("/ws"));
    const register = (id: string) => ({
      method: "register",
      params: {
        id,
        machine: "m".repeat(250),
        cwd: "/x".repeat(2_000),
        port: 0,
        status: "active",
      },
    });
    const leaver = await TestSocket.open(hypivisor.socketUrl("/ws"));
    await leaver.ask("register", {
      id: "leaves",
      machine: "m",
      cwd: "/",
      port: 0,
      status: "active",
    });
    await client.call("subscribe");
    const raw = client.raw as WebSocket & { pause(): void; resume(): void };
    raw.pause();
    // 225 KB each time: in all, far more than the system's own buffers hold.
    for (let round = 0; round < 150; round++) {
      for (let n = 0; n < 50; n++) other.send(register(`n${n}`));
      await other.ask("ping");
      other.frames.length = 0;
    }
    leaver.close();
    await until(async () =>
      (await hypivisor.fetch("/api/nodes/leaves", { method: "DELETE" }))
        .status === 200
    );
    client.send({ id: "while behind", method: "ping" });
    raw.resume();

    const reply = await client.frame(({ id }) => id === "while behind");
    assertEquals(reply.result.status, "healthy");
    await client.frame(({ method, params }) =>
      method === "node_forgotten" && params.id === "leaves"
    );
    await client.frame(({ method, params }) =>
      method === "node_set" && params.node.id === "n49"
    );
    const metrics = await (await hypivisor.fetch("/metrics")).text();
    assert(/^hypivisor_resyncs_total [1-9]/m.test(metrics));
    assertEquals(client.closed, undefined);
  },
  30_000,
);

// Each waits for half a minute, so they wait together.
test.concurrent("an agent streams only while somebody watches", async () => {
  await play([], async (scene) => {
    const { agent } = scene;
    assertEquals(agent.watched, false);
    const viewer = await look(scene);
    await until(() => agent.watched);
    viewer.close();
    await viewer.whenClosed();
    // It goes on for a while: the viewer may be back in a moment.
    await using back = await look(scene);
    assertEquals(agent.watched, true);
    assertEquals(
      agent.frames.filter(({ type }) => type === "watch").length,
      1,
    );
    back.close();
    await until(() => !agent.watched, { withinMs: 35_000 });
  });
}, 45_000);

test.concurrent("a viewer that never reads again is given up", async () => {
  await play([], async (scene) => {
    const { agent, hypivisor } = scene;
    await using other = await TestViewer.open(hypivisor, agent.id);
    const path = `/ws/agent/${agent.id}?token=${hypivisor.token}`;
    await using raw = await RawSocket.upgrade(hypivisor.port, path, [
      `Sec-WebSocket-Protocol: ${SUBPROTOCOL}`,
    ]);
    raw.stall();
    const text = "x".repeat(100_000);
    for (let n = 1; n <= 120; n++) {
      agent.add(said(`${n} ${text}`, n));
      // Not faster than the other one reads, or it would fall behind as well.
      await until(() => other.keys.at(-1) === `assistant:${n}`);
    }
    const metric = async (name: string) => {
      const metrics = await (await hypivisor.fetch("/metrics")).text();
      return Number(new RegExp(`^${name} (\\d+)`, "m").exec(metrics)?.[1]);
    };
    assertEquals(await metric("hypivisor_viewers"), 2);

    await until(async () => await metric("hypivisor_viewers") === 1, {
      withinMs: 70_000,
    });
    assertEquals(await metric("hypivisor_too_slow_total"), 1);
    assertEquals(other.snapshots, 1);
  });
}, 90_000);
