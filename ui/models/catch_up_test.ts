import { assertEquals } from "@std/assert";
import { test } from "bun:test";
import type { Item } from "../../server/protocol/item.ts";
import { countAfter } from "./catch_up.ts";

function item(key: string, promptId?: string): Item {
  const message = { role: "user", content: key, timestamp: 1 } as const;
  return { kind: "message", key, message, ...(promptId && { promptId }) };
}

test("countAfter() counts what others said, not what was sent from here", () => {
  const items = [item("a"), item("b"), item("c", "mine"), item("d", "theirs")];
  const isOwn = (id: string) => id === "mine";
  assertEquals(countAfter(items, "a", isOwn), 2);
  assertEquals(countAfter(items, "d", isOwn), 0);
});

test("countAfter() says nothing where the last known item is gone", () => {
  assertEquals(countAfter([item("b")], "a", () => false), 0);
});
