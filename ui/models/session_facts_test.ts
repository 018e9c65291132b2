import { test } from "bun:test";
import { assertEquals } from "@std/assert";
import type { Item, Message } from "../../server/protocol/item.ts";
import { changedFiles, costsPerTurn } from "./session_facts.ts";

function item(message: Message): Item {
  return { kind: "message", key: `${message.role}:${Math.random()}`, message };
}

const user = item({ role: "user", content: "go", timestamp: 0 });

function spent(total: number): Item {
  return item({
    role: "assistant",
    content: [],
    usage: {
      input: 0,
      output: 0,
      cacheRead: 0,
      cacheWrite: 0,
      cost: { total },
    },
    timestamp: 0,
  });
}

test("costsPerTurn() adds up what lies between two prompts", () => {
  assertEquals(costsPerTurn([user, spent(1), spent(2), user, spent(4)]), [
    3,
    4,
  ]);
});

function edits(id: string, path: string, diff: string): Item[] {
  return [
    item({
      role: "assistant",
      content: [{ type: "toolCall", id, name: "edit", arguments: { path } }],
      timestamp: 0,
    }),
    item({
      role: "toolResult",
      toolCallId: id,
      toolName: "edit",
      content: [],
      isError: false,
      details: { diff },
      timestamp: 0,
    }),
  ];
}

test("changedFiles() adds up lines, the newest change first", () => {
  const items = [
    ...edits("1", "a.ts", "+1 x\n-1 y\n 2 z"),
    ...edits("2", "b.ts", "+1 x"),
    ...edits("3", "a.ts", "+1 x"),
  ];
  assertEquals(changedFiles(items), [
    { path: "a.ts", added: 2, removed: 1 },
    { path: "b.ts", added: 1, removed: 0 },
  ]);
});
