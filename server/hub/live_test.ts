import { assert, assertEquals } from "@std/assert";
import { test } from "bun:test";
import type { Change } from "../protocol/event.ts";
import type { ToolRun } from "../protocol/item.ts";
import {
  FLIGHT_MAX_CHARACTERS,
  NOTHING_LIVE,
  OUTPUT_MAX_CHARACTERS,
  step,
} from "./live.ts";

const flight = { key: "assistant:1", startedAt: 1, blocks: [] };
const begin: Change = { type: "flight", flight, tools: [] };
const block: Change = {
  type: "block",
  at: 0,
  block: { kind: "text", text: "" },
};
const delta = (text: string, at = 0): Change => ({ type: "delta", at, text });
const tool = (id: string, more: Partial<ToolRun> = {}): Change => ({
  type: "tool",
  tool: {
    id,
    name: "bash",
    args: {},
    state: "running",
    startedAt: 1,
    output: "",
    ...more,
  },
});
const after = (...changes: Change[]) => changes.reduce(step, NOTHING_LIVE);

test("step() writes a message from its flight, blocks and deltas", () => {
  const live = after(begin, block, delta("Hel"), delta("lo"));
  assertEquals(live.flight?.blocks, [{ kind: "text", text: "Hello" }]);
});

test("step() ignores a delta for what was never begun", () => {
  assertEquals(after(delta("x")), NOTHING_LIVE);
  assertEquals(after(begin, delta("x")).flight, flight);
  assertEquals(after(begin, block, delta("x", 5)).flight?.blocks.length, 1);
  const far: Change = {
    type: "block",
    at: 9,
    block: { kind: "text", text: "" },
  };
  assertEquals(after(begin, far).flight?.blocks, []);
});

test("step() ends the flight with the item of its key only", () => {
  const item = (key: string): Change => ({
    type: "item",
    item: { kind: "branch", key, at: 1, summary: "" },
  });
  assert(after(begin, item("assistant:2")).flight);
  assertEquals(after(begin, item("assistant:1")).flight, null);
});

test("step() keeps a tool's output until it is over, and its result ends it", () => {
  const output = (keep: number, text: string): Change => ({
    type: "output",
    id: "t",
    keep,
    text,
  });
  const live = after(
    tool("t"),
    output(0, "one\n"),
    output(4, "two\n"),
    output(4, "2\n"),
    tool("t", { state: "done" }),
  );
  assertEquals(live.tools[0]?.output, "one\n2\n");
  assertEquals(live.tools[0]?.state, "done");
  const ended = step(live, {
    type: "item",
    item: { kind: "branch", key: "tool:t", at: 1, summary: "" },
  });
  assertEquals(ended.tools, []);
});

test("step() clears the tools when the agent comes to rest", () => {
  const activity = (kind: "idle" | "working"): Change => ({
    type: "activity",
    activity: { kind, since: 1 },
  });
  assertEquals(after(tool("t"), activity("working")).tools.length, 1);
  assertEquals(after(tool("t"), activity("idle")).tools, []);
});

test("step() bounds texts, outputs and the number of tools", () => {
  const long = "x".repeat(FLIGHT_MAX_CHARACTERS);
  const text = after(begin, block, delta(long), delta("y")).flight?.blocks[0];
  assertEquals(text?.text.length, FLIGHT_MAX_CHARACTERS);
  const second: Change = {
    type: "block",
    at: 1,
    block: { kind: "text", text: long },
  };
  const both = after(begin, block, delta("12345"), second).flight?.blocks;
  assertEquals(both?.[1]?.text.length, FLIGHT_MAX_CHARACTERS - 5);
  const { tools: [ran] } = after(tool("t"), {
    type: "output",
    id: "t",
    keep: 0,
    text: "x".repeat(OUTPUT_MAX_CHARACTERS + 1),
  });
  assertEquals(ran?.output.length, OUTPUT_MAX_CHARACTERS);
  const many = after(...Array.from({ length: 300 }, (_, n) => tool(`t${n}`)));
  assertEquals(many.tools.length, 200);
  assertEquals(many.tools.at(-1)?.id, "t299");
});
