/** One conversation, as a page sees it: `hyper-pi.2`. */

import { assert, assertEquals, assertRejects } from "@std/assert";
import { Database } from "bun:sqlite";
import { test } from "bun:test";
import { join } from "node:path";
import { asked, said } from "./harness/fake_agent.ts";

import { type Frame, TestSocket } from "./harness/socket.ts";
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

/** Numbered changes only. */
function changes(socket: TestSocket): Frame[] {
  return socket.frames.filter(({ type, seq }) =>
    typeof seq === "number" && type !== "snapshot" && type !== "resumed"
  );
}

test("a snapshot says all there is, and the subprotocol is confirmed", async () => {
  const items = [asked("hello", 1), said("hi", 2)];
  await play(items, async (scene) => {
    await using viewer = await look(scene);

    assertEquals(viewer.raw.protocol, SUBPROTOCOL);
    const { stream, seq, node, ...rest } = viewer.frames[0];
    assert(typeof stream === "string" && Number.isInteger(seq));
    assertEquals(node.id, scene.agent.id);
    assertEquals(node.state.kind, "idle");
    assertEquals(rest, {
      type: "snapshot",
      items,
      more: false,
      flight: null,
      tools: [],
      facts: scene.agent.facts,
      activity: { kind: "idle", since: 1 },
      receipts: [],
    });
  });
});

test("changes come in order, numbered without a gap", async () => {
  await play([], async (scene) => {
    const { agent } = scene;
    await using viewer = await look(scene);
    await until(() => agent.watched);
    agent.act({ kind: "working", since: 5, doing: "bash ls" });
    agent.add(asked("go", 6));
    agent.stream("one two three", 7);
    agent.act({ kind: "idle", since: 8 });
    await viewer.frame(({ type, activity }) =>
      type === "activity" && activity.kind === "idle"
    );

    const told = changes(viewer);
    const kinds = told.map(({ type }) => type).slice(-9);
    assertEquals(kinds, [
      "activity",
      "item",
      "flight",
      "block",
      "delta",
      "delta",
      "delta",
      "item",
      "activity",
    ]);
    const first = viewer.frames[0].seq;
    assertEquals(
      told.map(({ seq }) => seq),
      told.map((_, index) => first + 1 + index),
    );
  });
});

test("deltas cost what they add, not what there is", async () => {
  await play([], async (scene) => {
    const { agent } = scene;
    await using viewer = await look(scene);
    await until(() => agent.watched);
    agent.flight = { key: "assistant:9", startedAt: 9, blocks: [] };
    agent.event({ type: "flight", flight: agent.flight, tools: [] });
    agent.event({ type: "block", at: 0, block: { kind: "text", text: "" } });
    for (let n = 0; n < 2_000; n++) {
      agent.event({ type: "delta", at: 0, text: "0123456789" });
    }
    await until(() =>
      changes(viewer).filter(({ type }) => type === "delta").length === 2_000
    );

    const bytes = changes(viewer).filter(({ type }) => type === "delta")
      .reduce((sum, frame) => sum + JSON.stringify(frame).length, 0);
    assert(bytes < 2_000 * 70, `${bytes} bytes for 20,000 characters`);
  });
});

test("who was cut off resumes with just what was missed", async () => {
  await play([said("old", 1)], async (scene) => {
    const { agent } = scene;
    await using first = await look(scene);
    const { stream, seq } = first.frames[0];
    await until(() => agent.watched);
    for (let n = 2; n <= 6; n++) agent.add(said(`m${n}`, n));
    await first.frame(({ item }) => item?.key === "assistant:6");

    await using back = await look(scene, `?stream=${stream}&seq=${seq + 2}`);
    assertEquals(back.frames[0], { type: "resumed", stream, seq: seq + 2 });
    await back.frame(({ item }) => item?.key === "assistant:6");
    assertEquals(changes(back), changes(first).slice(2));

    for (
      const place of [
        `?stream=${stream}&seq=${seq + 99}`,
        `?stream=${stream}&seq=-5`,
        `?stream=another&seq=1`,
        `?stream=${stream}&seq=x`,
        `?seq=1`,
      ]
    ) {
      await using lost = await look(scene, place);
      assertEquals(lost.frames[0].type, "snapshot", place);
    }
  });
});

test("who joins mid-answer sees the whole partial, then the rest of it", async () => {
  await play([asked("go", 1)], async (scene) => {
    const { agent } = scene;
    await using watching = await look(scene);
    await until(() => agent.watched);
    agent.flight = { key: "assistant:2", startedAt: 2, blocks: [] };
    agent.event({ type: "flight", flight: agent.flight, tools: [] });
    agent.event({ type: "block", at: 0, block: { kind: "text", text: "" } });
    agent.event({ type: "delta", at: 0, text: "Once upon " });
    await until(() => changes(watching).at(-1)?.type === "delta");

    await using late = await TestViewer.open(scene.hypivisor, agent.id);
    assertEquals(late.flight?.blocks, [{ kind: "text", text: "Once upon " }]);
    agent.event({ type: "delta", at: 0, text: "a time" });
    await until(() => late.flight?.blocks[0]?.text === "Once upon a time");
    agent.add(said("Once upon a time", 2));
    await until(() => late.items.length === 2);
    assertEquals(late.flight, null);
  });
});

test("another session replaces the conversation with a new snapshot", async () => {
  await play([said("old", 1)], async (scene) => {
    const { agent } = scene;
    await using viewer = await look(scene);
    const [before] = viewer.frames;
    agent.items.length = 0;
    agent.items.push(said("new", 2));
    agent.facts = { ...agent.facts, session: { id: "another" } };
    agent.sync(null);

    const after = await viewer.frame(({ type, stream }) =>
      type === "snapshot" && stream !== before.stream
    );
    assertEquals(after.items, agent.items);
    agent.add(said("newer", 3));
    await until(() =>
      viewer.frames.some((frame) => frame.item?.key === "assistant:3")
    );
  });
});

test("an offline agent's conversation is read from the store", async () => {
  const items = Array.from(
    { length: 100 },
    (_, n) => said(`${n} ${"x".repeat(20_000)}`, n + 1),
  );
  await play(items, async ({ hypivisor, agent }) => {
    await until(() => agent.acked > 0);
    agent.stop();
    await hypivisor.kill();
    await hypivisor.start();

    await using viewer = await TestViewer.open(hypivisor, agent.id);
    const { node } = viewer.socket?.frames[0];
    assertEquals(node.state.kind, "offline");
    assertEquals(viewer.more, true);
    await viewer.loadOlder();
    assertEquals(viewer.keys, items.map(({ key }) => key));
    await assertRejects(
      () => viewer.call("prompt", { text: "hello?" }),
      Error,
      "Agent is offline",
    );
  });
}, 20_000);

test(
  "older pages come from the agent, once, and then from the store",
  async () => {
    const items = Array.from(
      { length: 400 },
      (_, n) => said(`${n} ${"x".repeat(10_000)}`, n + 1),
    );
    await play([], async (scene) => {
      const { agent, hypivisor } = scene;
      // Only the newest go up; the rest stays with the agent until asked for.
      agent.items.push(...items);
      agent.syncTail(20);
      await using viewer = await TestViewer.open(hypivisor, agent.id);
      await until(() => viewer.snapshots > 0 && viewer.items.length > 0);
      await viewer.loadOlder();
      assertEquals(viewer.keys, items.map(({ key }) => key));

      // It is written behind: the next viewer may be quicker than that.
      const file = join(hypivisor.dataDir, "hypivisor.db");
      using db = new Database(file, { readonly: true });
      const kept = db.query("select 1 from session where id = ? and more = 0");
      await until(() => kept.get(agent.facts.session.id) !== null);

      let asks = 0;
      agent.onRequest = () => asks++;
      await using again = await TestViewer.open(hypivisor, agent.id);
      await again.loadOlder();
      assertEquals(again.keys, items.map(({ key }) => key));
      assertEquals(asks, 0);
    });
  },
  20_000,
);

test("without a store a conversation lives as long as the daemon", async () => {
  await play([said("one", 1)], async (scene) => {
    const { hypivisor, agent } = scene;
    await using viewer = await TestViewer.open(hypivisor, agent.id);
    agent.add(said("two", 2));
    await until(() => viewer.items.length === 2);
    agent.cut();
    await until(() => agent.isLinked);
    agent.add(said("three", 3));
    await until(() => viewer.items.length === 3);

    await hypivisor.kill();
    await hypivisor.start();
    await until(() => viewer.snapshots > 1 && viewer.items.length === 3);
  }, { args: ["--no-store"] });
}, 20_000);

test("an unknown node is told of in a frame and a close", async () => {
  await play([], async ({ hypivisor }) => {
    await using viewer = await TestSocket.open(
      hypivisor.socketUrl("/ws/agent/nobody"),
      [SUBPROTOCOL],
    );

    const { code } = await viewer.whenClosed();
    assertEquals(code, 4404);
    assertEquals(viewer.frames, [{ error: "Agent not found" }]);
  });
});

test("a prompt sent twice runs once, and all viewers see its receipt", async () => {
  await play([], async (scene) => {
    const { agent, hypivisor } = scene;
    await using one = await TestViewer.open(hypivisor, agent.id);
    await using two = await TestViewer.open(hypivisor, agent.id);
    const prompt = { text: "go", id: "p1", mode: "followUp" };
    const receipts = await Promise.all([
      one.call("prompt", prompt),
      one.call("prompt", prompt),
      two.call("prompt", prompt),
    ]);

    assert(receipts.every(({ id }) => id === "p1"));
    assertEquals(agent.commands.map(({ id }) => id), ["p1"]);
    await until(() => two.receipts.get("p1")?.state === "started");
    await using late = await TestViewer.open(hypivisor, agent.id);
    assertEquals(late.receipts.get("p1")?.state, "started");
  });
});
