import { test } from "bun:test";
import { assert, assertEquals, assertLessOrEqual } from "@std/assert";
import type { Item } from "../server/protocol/item.ts";
import { bounded, ITEM_MAX_BYTES, sizeOf } from "./item_bounds.ts";

function itemOf(message: Record<string, unknown>): Item {
  return {
    kind: "message",
    key: "k",
    message: { timestamp: 1, ...message } as never,
  };
}

test("bounded() leaves what fits untouched", () => {
  const item = itemOf({ role: "user", content: "short" });
  assert(bounded(item) === item);
});

test("bounded() cuts long text, says how much, and leaves pi's message alone", () => {
  const text = "é".repeat(1024 * 1024);
  const content = [{ type: "text", text }];
  const item = bounded(itemOf({ role: "toolResult", content }));

  assertLessOrEqual(sizeOf(item), ITEM_MAX_BYTES);
  assert(item.kind === "message" && item.truncatedBytes);
  const [part] = item.message.role === "toolResult" ? item.message.content : [];
  const kept = part?.type === "text" ? part.text : "";
  assertEquals(kept, "é".repeat(kept.length));
  assertEquals(Buffer.byteLength(kept) + item.truncatedBytes, 2 * 1024 * 1024);
  assertEquals(content[0]?.text.length, 1024 * 1024);
});

test("bounded() leaves an image out whole, with its size", () => {
  const data = "A".repeat(2 * 1024 * 1024);
  const content = [{ type: "image", data, mimeType: "image/png" }];
  const item = bounded(itemOf({ role: "user", content }));
  assert(item.kind === "message");
  assertEquals(item.message.role === "user" && item.message.content[0], {
    type: "image",
    data: "",
    mimeType: "image/png",
    omittedBytes: 1.5 * 1024 * 1024,
  });
});

test("bounded() keeps many long parts below the bound together", () => {
  const content = Array.from({ length: 100 }, () => ({
    type: "text",
    text: "x".repeat(100_000),
  }));
  const item = bounded(itemOf({ role: "user", content }));
  assertLessOrEqual(sizeOf(item), ITEM_MAX_BYTES);
});

test("sizeOf() ends on what is cyclic", () => {
  const cyclic: Record<string, unknown> = {};
  cyclic.self = cyclic;
  assert(sizeOf(cyclic) > ITEM_MAX_BYTES);
});

test("sizeOf() ends soon on what refers to itself in many places", () => {
  const cyclic: Record<string, unknown> = {};
  for (let n = 0; n < 10; n++) cyclic[n] = cyclic;
  assert(sizeOf(cyclic) > ITEM_MAX_BYTES);
});

test("bounded() keeps many small values below the bound, and what is needed", () => {
  const lines = Array.from({ length: 100_000 }, (_, n) => `line ${n} of many`);
  const fields = Object.fromEntries(lines.map((line) => [line, 1]));
  const call = { type: "toolCall", id: "c", name: "n", arguments: { lines } };
  for (const content of [[call], fields]) {
    const item = bounded(itemOf({ content, role: "assistant", fields }));
    assertLessOrEqual(sizeOf(item), ITEM_MAX_BYTES);
    assert(item.kind === "message" && item.truncatedBytes);
    assertEquals(item.message.role, "assistant");
    assertEquals(item.message.timestamp, 1);
    JSON.stringify(item);
  }
});
