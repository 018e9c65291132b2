import { test } from "bun:test";
import { assert, assertEquals } from "@std/assert";
import type { Message } from "../server/protocol/item.ts";
import { readable } from "./readable.ts";

function read(raw: Record<string, unknown>) {
  return readable(raw as never) as unknown as Record<string, unknown>;
}

test("readable() leaves pi's own messages untouched", () => {
  const messages: Message[] = [
    { role: "user", content: "hello", timestamp: 1 },
    {
      role: "assistant",
      content: [{ type: "toolCall", id: "c1", name: "bash", arguments: {} }],
      provider: "p",
      model: "m",
      timestamp: 2,
    },
    {
      role: "toolResult",
      toolCallId: "c1",
      toolName: "bash",
      content: [{ type: "text", text: "x" }],
      isError: false,
      timestamp: 3,
    },
  ];
  for (const message of messages) assert(readable(message) === message);
});

test("readable() gives every message a role and a time that can be told", () => {
  assertEquals(read({ role: "r".repeat(61) }).role, "r".repeat(60));
  assertEquals(read({ role: "" }).role, "unknown");
  for (const timestamp of [undefined, NaN, Infinity, "2026-01-01"]) {
    assertEquals(read({ role: "future", timestamp }).timestamp, 0);
  }
});

test("readable() gives a tool's result an id and a name, none too long", () => {
  const bare = read({ role: "toolResult", timestamp: 1 });
  assertEquals([bare.toolCallId, bare.toolName], ["", ""]);
  const long = read({ role: "toolResult", toolName: "n".repeat(400) });
  assertEquals(String(long.toolName).length, 300);
});

test("readable() says how many parts of too many are left out", () => {
  const content = Array.from({ length: 1_500 }, () => ({ type: "text" }));
  const kept = read({ role: "future", content }).content as unknown[];
  assertEquals(kept.length, 1_000);
  assertEquals(kept.at(-1), { type: "text", text: "[501 more parts]" });
});

test("readable() takes parts that are none", () => {
  const long = { type: "toolCall", id: "q".repeat(500) };
  const raw = { role: "assistant", content: [null, 5, long], timestamp: 1 };
  const content = read(raw).content as { id: string }[];
  assertEquals(content.slice(0, 2) as unknown[], [null, 5]);
  assert((content[2]?.id.length ?? 0) < 300);
});
