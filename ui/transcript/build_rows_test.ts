import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { signal } from "@preact/signals";
import { test } from "bun:test";
import type { Item, Message } from "../../server/protocol/item.ts";
import type { LiveFlight, LiveTool } from "../models/conversation_flight.ts";
import { RowBuilder, type RowSource } from "./build_rows.ts";
import type { Row } from "./rows.ts";

function item(message: Message): Item {
  const key = message.role === "toolResult"
    ? `tool:${message.toolCallId}`
    : `${message.role}:${message.timestamp}`;
  return { kind: "message", key, message };
}

function user(timestamp: number): Item {
  return item({ role: "user", content: "hello", timestamp });
}

function text(timestamp: number, text = "answer"): Item {
  const content = [{ type: "text", text }] as const;
  return item({ role: "assistant", content, timestamp });
}

function call(timestamp: number, name: string, id: string): Item {
  const args = { path: `/a/${id}.ts` };
  const content = [{ type: "toolCall", id, name, arguments: args }] as const;
  return item({ role: "assistant", content, timestamp });
}

function result(timestamp: number, toolName: string, toolCallId: string): Item {
  return item({
    role: "toolResult",
    toolCallId,
    toolName,
    content: [{ type: "text", text: "out" }],
    isError: false,
    timestamp,
  });
}

function tool(timestamp: number, name: string, id: string): Item[] {
  return [call(timestamp, name, id), result(timestamp + 1, name, id)];
}

function source(items: readonly Item[], more: Partial<RowSource> = {}) {
  return {
    items,
    flight: undefined,
    tools: new Map(),
    openFrom: undefined,
    isOpen: () => false,
    ...more,
  };
}

function kinds(rows: readonly Row[]): string[] {
  return rows.map((row) => row.kind);
}

const build = (items: readonly Item[], more?: Partial<RowSource>) =>
  new RowBuilder().build(source(items, more));

test("a tool's result is shown with its call, not as a row", () => {
  const rows = build([user(1), ...tool(2, "bash", "b")]);
  assertEquals(kinds(rows), ["user", "tool"]);
  const row = rows[1]!;
  assert(row.kind === "tool" && row.result?.toolCallId === "b");
});

test("a result whose call is on an older page is shown alone", () => {
  const rows = build([result(2, "bash", "b"), text(3)]);
  assertEquals(kinds(rows), ["tool", "text"]);
});

test("calls that share an id get their results in order, and own keys", () => {
  const rows = build([...tool(2, "bash", "x"), ...tool(5, "bash", "x")]);
  assertEquals(rows.map((row) => row.key), ["call:x", "call:x~2"]);
  const times = rows.map((row) => row.kind === "tool" && row.result?.timestamp);
  assertEquals(times, [3, 6]);
});

test("read-only tools in a row fold when they are done", () => {
  const items = [
    user(1),
    ...tool(2, "read", "a"),
    ...tool(4, "grep", "b"),
    ...tool(6, "edit", "c"),
    ...tool(8, "read", "d"),
    call(10, "read", "e"),
  ];
  assertEquals(kinds(build(items)), [
    "user",
    "explored",
    "tool",
    "tool",
    "tool",
  ]);
});

test("a finished turn folds to its answer when the next prompt is there", () => {
  const turn = [
    user(1_000),
    text(2_000, "let me look"),
    ...tool(3_000, "edit", "a"),
    ...tool(4_000, "bash", "b"),
    text(9_000, "done"),
  ];
  assertEquals(kinds(build(turn)), ["user", "text", "tool", "tool", "text"]);

  const rows = build([...turn, user(10_000)]);
  assertEquals(kinds(rows), ["user", "worked", "text", "user"]);
  const worked = rows[1]!;
  assert(worked.kind === "worked");
  assertEquals([worked.tools, worked.files, worked.ms], [2, 1, 3_001]);
});

test("a folded turn opens in place, and one being read does not fold", () => {
  const items = [user(1), ...tool(2, "bash", "a"), text(4), user(5)];
  const opened = build(items, { isOpen: (key) => key === "worked:call:a" });
  assertEquals(kinds(opened), ["user", "worked", "tool", "text", "user"]);

  const left = build(items, { openFrom: "user:1" });
  assertEquals(kinds(left), ["user", "tool", "text", "user"]);
});

test("the key of a folded turn survives an older page", () => {
  const late = [...tool(4, "bash", "b"), text(6), user(7)];
  const [first] = build(late);
  const all = build([user(1), ...tool(2, "bash", "a"), ...late]);
  assertEquals(all[1]!.key, first!.key);
});

test("rows keep their identity when nothing about them changed", () => {
  const builder = new RowBuilder();
  const items = [user(1), ...tool(2, "read", "a"), ...tool(4, "read", "b")];
  const before = builder.build(source(items));
  const after = builder.build(source([...items, text(6)]));
  assertStrictEquals(after[0], before[0]);
  assertStrictEquals(after[1], before[1]);
});

test("a flight becomes its item under the same keys", () => {
  const block = (kind: "text" | "thinking", value: string) => ({
    kind,
    text: signal(value),
    startedAt: 0,
  });
  const flight: LiveFlight = {
    key: "assistant:5",
    startedAt: 5,
    blocks: [block("thinking", "hm"), block("text", "answer")],
  };
  const live = build([user(1)], { flight });
  const done = build([
    user(1),
    item({
      role: "assistant",
      content: [
        { type: "thinking", thinking: "hm" },
        { type: "text", text: "answer" },
      ],
      timestamp: 5,
    }),
  ]);
  assertEquals(live.map((row) => row.key), done.map((row) => row.key));
});

test("a running tool joins its call, or stands alone at the end", () => {
  const run = (id: string): LiveTool => ({
    run: {
      id,
      name: "bash",
      args: {},
      state: "running",
      startedAt: 0,
      output: "",
    },
    output: signal("x"),
  });
  const tools = new Map([["a", run("a")], ["loose", run("loose")]]);
  const rows = build([call(2, "bash", "a"), text(3)], { tools });
  assertEquals(rows.map((row) => row.key), [
    "call:a",
    "assistant:3/0",
    "call:loose",
  ]);
  assert(rows[0]?.kind === "tool" && rows[0].live?.run.id === "a");
});

test("failures, marks and strangers each have a row", () => {
  const rows = build([
    item({
      role: "assistant",
      content: [{ type: "text", text: " " }],
      stopReason: "error",
      errorMessage: "429",
      timestamp: 1,
    }),
    { kind: "compaction", key: "entry:1", at: 2, summary: "so far" },
    item({ role: "robot", content: { a: 1 }, timestamp: 3 } as never),
    item({
      role: "custom",
      customType: "x",
      content: "hidden",
      display: false,
      timestamp: 4,
    }),
    item({ role: "assistant", content: undefined, timestamp: 5 } as never),
  ]);
  assertEquals(kinds(rows), ["notice", "caption", "unknown"]);
});

test("a line is drawn before what came since the reader left", () => {
  const items = [user(1), text(2), user(3), text(4)];
  const rows = new RowBuilder().build(source(items, { leftAt: "assistant:2" }));
  assertEquals(kinds(rows), ["user", "text", "new", "user", "text"]);
});

test("no line is drawn where nothing came, or the place is not known", () => {
  const items = [user(1), text(2)];
  for (const leftAt of ["assistant:2", "assistant:9"]) {
    const rows = new RowBuilder().build(source(items, { leftAt }));
    assertEquals(kinds(rows), ["user", "text"]);
  }
});
