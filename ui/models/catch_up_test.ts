import { signal } from "@preact/signals";
import { assertEquals } from "@std/assert";
import { test } from "bun:test";
import type { Item } from "../../server/protocol/item.ts";
import type { LinkState } from "../link.ts";
import { CatchUpModel, countAfter } from "./catch_up.ts";

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

test("CatchUpModel() remembers where the reader left, and says what was cut off", () => {
  const link = signal<LinkState>({ kind: "open", since: 0 });
  const items = signal<readonly Item[]>([item("a")]);
  let end = () => {};
  const { missed, leftAt } = new CatchUpModel(
    link,
    items,
    () => false,
    (_, run) => {
      end = run;
      return () => {};
    },
  );
  end();
  items.value = [item("a"), item("b")];
  assertEquals(leftAt.value, undefined);

  // Another agent was on screen meanwhile.
  link.value = { kind: "connecting", attempt: 0 };
  link.value = { kind: "open", since: 1 };
  items.value = [item("a"), item("b"), item("c")];
  assertEquals([leftAt.value, missed.value], ["b", undefined]);
  end();
  assertEquals(leftAt.value, "b");

  link.value = { kind: "waiting", retryAt: 2, lastHeardAt: 1 };
  link.value = { kind: "open", since: 3 };
  assertEquals([leftAt.value, missed.value], [undefined, 0]);
  items.value = [...items.value, item("d"), item("e")];
  assertEquals([leftAt.value, missed.value], ["c", 2]);
  end();
  assertEquals([leftAt.value, missed.value], ["c", undefined]);
});
