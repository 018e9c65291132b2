import { assertEquals, assertThrows } from "@std/assert";
import { test } from "bun:test";
import { HypivisorError } from "../errors.ts";
import { sseEvent, SseReader } from "./sse.ts";

test("SseReader.push() gives the data of whole events, however they are cut", () => {
  const stream = ": hi\r\n\r\nevent: message\r\nid: 7\r\ndata: one\r\n\r\n" +
    "data: two\ndata:  lines\n\ndata\n\n" + sseEvent('{"a":1}') + "data: rest";
  const expected = ["one", "two\n lines", "", '{"a":1}'];
  assertEquals(new SseReader(100).push(stream), expected);

  for (let size = 1; size < 12; size++) {
    const reader = new SseReader(100);
    const found: string[] = [];
    for (let at = 0; at < stream.length; at += size) {
      found.push(...reader.push(stream.slice(at, at + size)));
    }
    assertEquals(found, expected, `in pieces of ${size}`);
  }
});

test("SseReader.push() takes lone carriage returns as ends of lines", () => {
  assertEquals(new SseReader(100).push("data: a\rdata: b\r\rdata: c\n\n"), [
    "a\nb",
    "c",
  ]);
});

test("SseReader.push() refuses an event without end", () => {
  const reader = new SseReader(100);
  reader.push("data: " + "x".repeat(80));
  assertThrows(() => reader.push("x".repeat(80)), HypivisorError, "over 100");
  const lines = new SseReader(100);
  assertThrows(
    () => lines.push(`data: ${"x".repeat(40)}\n`.repeat(4)),
    HypivisorError,
    "over 100",
  );
});
