import { assertEquals, assertMatch, assertThrows } from "@std/assert";
import { test } from "bun:test";
import { HypivisorError } from "./errors.ts";
import { readItem, readItemOrMark, readMessage } from "./read_item.ts";

const message = (fields: object) =>
  readMessage({ timestamp: 1, ...fields }, "");

test("readMessage() keeps what pi may add later, as it is", () => {
  const user = { role: "user", content: "hi", timestamp: 1, later: { a: 1 } };
  assertEquals(message(user) as unknown, user);
  const own = { role: "hologram", content: "x", timestamp: 1 };
  assertEquals(message(own) as unknown, own);
});

test("readMessage() makes text of parts that nobody knows", () => {
  const { content } = message({
    role: "user",
    content: [
      { type: "text", text: "a" },
      { type: "text", text: 7 },
      { type: "video", url: "x" },
      "bare",
      null,
    ],
  }) as { content: unknown };
  assertEquals(content, [
    { type: "text", text: "a" },
    { type: "text", text: '{"type":"text","text":7}' },
    { type: "text", text: '{"type":"video","url":"x"}' },
    { type: "text", text: "bare" },
    { type: "text", text: "null" },
  ]);
});

test("readMessage() drops fields of a wrong type rather than the message", () => {
  assertEquals(
    message({
      role: "assistant",
      content: "hello",
      usage: { input: "many" },
      model: 7,
      stopReason: {},
      durationMs: "1",
    }) as unknown,
    {
      role: "assistant",
      content: [{ type: "text", text: "hello" }],
      timestamp: 1,
    },
  );
  assertEquals(
    message({ role: "bashExecution", command: 7, output: null }) as unknown,
    { role: "bashExecution", command: "7", output: "null", timestamp: 1 },
  );
});

test("readMessage() refuses what has no role or time", () => {
  for (const value of [null, [], "x", {}, { role: "user" }, { role: 7 }]) {
    assertThrows(
      () => readMessage(value, "m"),
      HypivisorError,
      "Cannot read m",
    );
  }
  assertThrows(
    () => message({ role: "toolResult", content: [] }),
    HypivisorError,
    "toolCallId",
  );
  assertThrows(
    () => message({ role: "user", content: Array(1_001).fill("x") }),
    HypivisorError,
    "at most 1000 parts",
  );
});

test("readItem() knows three kinds", () => {
  const mark = { kind: "compaction", key: "entry:1", at: 1, summary: "s" };
  assertEquals(readItem(mark, "i") as unknown, mark);
  for (const kind of ["constructor", undefined, 7]) {
    assertThrows(() => readItem({ ...mark, kind }, "i"), Error, "i.kind");
  }
});

test("readItemOrMark() leaves a mark where a message cannot be read", () => {
  const bad = readItemOrMark(
    { kind: "message", key: "k", message: { role: 7 } },
    "i",
  );
  assertEquals(bad.key, "k");
  assertMatch(JSON.stringify(bad), /Could not show this message: Cannot read/);
  const huge = { role: "user", content: "x".repeat(3 << 20), timestamp: 1 };
  assertMatch(
    JSON.stringify(
      readItemOrMark({ kind: "message", key: "k", message: huge }, "i"),
    ),
    /must have at most 2 MiB/,
  );
  assertThrows(() => readItemOrMark({ kind: "message" }, "i"), Error, "i.key");
});
