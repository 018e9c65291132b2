/** What a viewer of the original is told of the past. */

import { assert, assertEquals } from "@std/assert";
import { test } from "bun:test";

import { asked, said } from "./harness/fake_agent.ts";

import { type Frame } from "./harness/socket.ts";
import { until } from "./harness/until.ts";
import { playLegacy, TOOL } from "./harness/legacy_scene.ts";

test("init_state comes first, with messages, tools and no more", async () => {
  const items = [asked("hello", 1), said("hi", 2)];
  await playLegacy(items, ({ viewer }) => {
    assertEquals(viewer.frames, [{
      type: "init_state",
      messages: items.map((item) => item.kind === "message" && item.message),
      tools: [TOOL],
      isStreaming: false,
    }]);
    return Promise.resolve();
  });
});

test("init_state is cut to its byte budget, newest first, and says so", async () => {
  const items = Array.from(
    { length: 300 },
    (_, n) => said(`${n} ${"x".repeat(5_000)}`, n + 1),
  );
  await playLegacy(items, ({ viewer }) => {
    const [init] = viewer.frames;
    const size = JSON.stringify(init.messages).length;
    assert(size <= 512_000, `${size} is over the bound`);
    assert(size > 400_000, `${size} is far below the bound`);
    assertEquals(init.truncated, true);
    assertEquals(init.totalMessages, 300);
    assertEquals(init.messages.at(-1).timestamp, 300);
    return Promise.resolve();
  });
});

test("history pages by index, odd numbers included", async () => {
  const items = Array.from({ length: 120 }, (_, n) => said(`m${n}`, n + 1));
  items.splice(60, 0, {
    kind: "compaction",
    key: "entry:1",
    at: 60,
    summary: "so far",
  });
  await playLegacy(items, async ({ viewer }) => {
    const page = async (request: Frame): Promise<unknown> => {
      const before = viewer.frames.length;
      viewer.send({ type: "fetch_history", ...request });
      await until(() => viewer.frames.length > before);
      const { type, messages, hasMore, oldestIndex } = viewer.frames.at(-1);
      assertEquals(type, "history_page");
      return [
        messages.length,
        messages[0]?.timestamp,
        messages.at(-1)?.timestamp,
        hasMore,
        oldestIndex,
      ];
    };
    const nothing = [0, undefined, undefined, false, null];

    assertEquals(await page({ before: 120, limit: 50 }), [
      50,
      71,
      120,
      true,
      70,
    ]);
    assertEquals(await page({ before: 30, limit: 50 }), [30, 1, 30, false, 0]);
    assertEquals(await page({ before: 9_999, limit: 2 }), [
      2,
      119,
      120,
      true,
      118,
    ]);
    assertEquals(await page({ before: 10, limit: 10_000 }), [
      10,
      1,
      10,
      false,
      0,
    ]);
    assertEquals(await page({ before: 0, limit: 50 }), [
      0,
      undefined,
      undefined,
      false,
      0,
    ]);
    assertEquals(await page({ before: -5, limit: -5 }), [
      0,
      undefined,
      undefined,
      false,
      0,
    ]);
    assertEquals(await page({}), nothing);
    assertEquals(await page({ before: "9", limit: 1 }), nothing);
    assertEquals(await page({ before: 1.5, limit: 1 }), nothing);
    assertEquals(await page({ before: 1e400, limit: null }), nothing);
  });
});

test("history older than the daemon keeps comes from the agent", async () => {
  const items = Array.from(
    { length: 600 },
    (_, n) => said(`${n} ${"x".repeat(8_000)}`, n + 1),
  );
  await playLegacy(items, async ({ viewer }) => {
    viewer.send({ type: "fetch_history", before: 10, limit: 4 });
    const page = await viewer.frame(({ type }) => type === "history_page");
    assertEquals(
      page.messages.map(({ timestamp }: Frame) => timestamp),
      [7, 8, 9, 10],
    );
  });
});

test("a new session sends a fresh init_state on the same socket", async () => {
  await playLegacy([said("old", 1)], async ({ agent, viewer }) => {
    agent.items.length = 0;
    agent.items.push(said("new", 2));
    agent.facts = { ...agent.facts, session: { id: "another" } };
    agent.sync(null);

    await until(() => viewer.frames.length === 2);
    assertEquals(viewer.frames[1].type, "init_state");
    assertEquals(viewer.frames[1].messages.length, 1);
    assertEquals(viewer.frames[1].messages[0].timestamp, 2);
  });
});
