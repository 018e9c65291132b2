import { assertEquals } from "@std/assert";
import { test } from "bun:test";
import type { Change } from "../protocol/event.ts";
import { LegacyFrames } from "./legacy_frames.ts";

const flight = { key: "assistant:1", startedAt: 1, blocks: [] };
const kinds = (frames: readonly { type: string }[]) =>
  frames.map(({ type }) => type);

test("LegacyFrames tells one message as start, updates and end", () => {
  const frames = new LegacyFrames();
  const item: Change = {
    type: "item",
    item: {
      kind: "message",
      key: "assistant:1",
      message: { role: "assistant", content: [], timestamp: 1 },
    },
  };
  assertEquals(
    kinds(frames.of({ type: "flight", flight, tools: [] })),
    ["message_start"],
  );
  assertEquals(
    kinds(frames.of({
      type: "block",
      at: 0,
      block: { kind: "thinking", text: "hm" },
    })),
    ["message_update"],
  );
  assertEquals(kinds(frames.of({ type: "delta", at: 0, text: "m" })), [
    "message_update",
  ]);
  assertEquals(kinds(frames.of(item)), ["message_end"]);
  // Without a flight before it, it both starts and ends.
  assertEquals(kinds(frames.of(item)), ["message_start", "message_end"]);
});

test("LegacyFrames begins in the middle with what is there", () => {
  const frames = new LegacyFrames();
  const told = frames.begin({
    flight: { ...flight, blocks: [{ kind: "text", text: "half" }] },
    tools: [{
      id: "t",
      name: "bash",
      args: {},
      state: "running",
      startedAt: 1,
      output: "",
    }],
  });

  assertEquals(kinds(told), [
    "message_start",
    "message_update",
    "tool_execution_start",
  ]);
});

test("LegacyFrames is silent about what the original does not know", () => {
  const frames = new LegacyFrames();
  const unknown: Change[] = [
    { type: "activity", activity: { kind: "idle", since: 1 } },
    { type: "facts", facts: {} },
    { type: "receipt", receipt: { id: "r", state: "done" } },
    {
      type: "item",
      item: { kind: "compaction", key: "entry:1", at: 1, summary: "" },
    },
    { type: "delta", at: 0, text: "lost" },
    { type: "output", id: "lost", keep: 0, text: "" },
  ];
  for (const change of unknown) assertEquals(frames.of(change), []);
});
