import { test } from "bun:test";
import { assert, assertEquals, assertLessOrEqual } from "@std/assert";
import type { AgentEvent, Change, Sync } from "../server/protocol/event.ts";
import type { Item } from "../server/protocol/item.ts";
import { Feed, type FeedSource } from "./feed.ts";

function item(n: number, text = ""): Item {
  const message = { role: "user" as const, content: text, timestamp: n };
  return { kind: "message", key: `user:${n}`, message };
}

/** What the agent knows, and a socket that remembers what was sent on it. */
class Stage implements FeedSource {
  items: Item[] = [];
  sent: (AgentEvent & { seq: number })[] = [];
  bytes = 0;
  buffered = 0;
  /** Items of one sync; the real bound is in bytes. */
  perSync = 10;
  readonly feed = new Feed(this, (fn) => fn);

  open(have: { seq: number; key: string | null } | null = null) {
    const full = have && { ...have, epoch: "e", sessionId: "s" };
    const link = {
      send: (text: string) => {
        this.sent.push(JSON.parse(text));
        this.bytes += Buffer.byteLength(text);
      },
      buffered: () => this.buffered,
    };
    this.feed.open(link, "e", full, "s");
    this.feed.watch(true);
    this.feed.flush();
  }

  /** A message ends: it is known, and told. */
  add(n: number, text = "") {
    this.items.push(item(n, text));
    this.feed.push({ type: "item", item: item(n, text) });
  }

  take(): string[] {
    this.feed.flush();
    const told = this.sent.map((event) => {
      switch (event.type) {
        case "item":
          return event.item.key;
        case "sync":
          return `sync after ${event.after}: ${
            event.items.map(({ key }) => key).join(" ")
          }`;
        default:
          return event.type;
      }
    });
    this.sent = [];
    return told;
  }

  whole(): Sync {
    return this.#sync(null, this.items);
  }

  rest(key: string) {
    const at = this.items.findIndex((item) => item.key === key);
    if (at < 0) return undefined;
    const rest = this.items.slice(at + 1);
    const sync = this.#sync(key, rest.slice(0, this.perSync));
    return { sync, isLast: rest.length <= this.perSync };
  }

  flight(): Change {
    return { type: "flight", flight: null, tools: [] };
  }

  lazy() {
    return { changes: [], isMore: false };
  }

  #sync(after: string | null, items: readonly Item[]): Sync {
    return { type: "sync", after, items } as unknown as Sync;
  }
}

test("Feed.open() sends a sync first, then what happens", () => {
  const stage = new Stage();
  stage.add(1);
  stage.open();
  stage.add(2);
  assertEquals(stage.take(), ["sync after null: user:1", "user:2"]);
});

test("Feed.open() sends again what was not acknowledged, then the rest", () => {
  const stage = new Stage();
  stage.open();
  stage.add(1);
  stage.feed.push({ type: "delta", at: 0, text: "x" });
  stage.take();
  stage.feed.close();
  stage.add(2);
  stage.feed.push({ type: "delta", at: 0, text: "lost" });

  stage.open({ seq: 1, key: null });
  assertEquals(stage.take(), [
    "user:1",
    "user:2",
    "sync after null: user:1 user:2",
  ]);

  stage.feed.close();
  stage.open({ seq: 1, key: "user:2" });
  assertEquals(stage.take(), ["user:1", "user:2", "sync after user:2: "]);
});

test("Feed leaves no gap when more was missed than it keeps", () => {
  const stage = new Stage();
  stage.open();
  stage.add(1);
  stage.take();
  stage.feed.close();

  for (let n = 2; n <= 20; n++) stage.add(n, "x".repeat(300_000));
  stage.open({ seq: 2, key: "user:1" });
  const told = stage.take();

  const keys = (from: number, to: number) =>
    Array.from({ length: to - from + 1 }, (_, i) => `user:${from + i}`).join(
      " ",
    );
  assertEquals(told, [
    `sync after user:1: ${keys(2, 11)}`,
    `sync after user:11: ${keys(12, 20)}`,
  ]);
});

test("Feed keeps items back while a sync in parts is under way", () => {
  const stage = new Stage();
  stage.open();
  stage.add(1);
  stage.take();
  stage.feed.close();
  for (let n = 2; n <= 13; n++) stage.items.push(item(n));
  stage.open({ seq: 2, key: "user:1" });
  stage.add(14);
  const told = stage.take();
  assertEquals(told.at(-1), "user:14");
  assertEquals(told.length, 3);
});

test("Feed merges deltas of one block, and only neighbours", () => {
  const stage = new Stage();
  stage.open();
  stage.take();
  for (const text of ["a", "b", "c"]) {
    stage.feed.push({ type: "delta", at: 0, text });
  }
  stage.feed.push({ type: "delta", at: 1, text: "d" });
  stage.feed.flush();
  const texts = stage.sent.map((event) => event.type === "delta" && event.text);
  assertEquals(texts, ["abc", "d"]);
});

test("Feed sends no live changes while nobody watches", () => {
  const stage = new Stage();
  stage.open();
  stage.take();
  stage.feed.watch(false);
  stage.feed.push({ type: "delta", at: 0, text: "x" });
  stage.add(1);
  assertEquals(stage.take(), ["user:1"]);

  stage.feed.watch(true);
  stage.feed.push({ type: "delta", at: 0, text: "is in the flight" });
  assertEquals(stage.take(), ["flight"]);
});

test("Feed holds back while the socket is full, then says where things stand", () => {
  const stage = new Stage();
  stage.open();
  stage.take();
  stage.buffered = 2 * 1024 * 1024;
  stage.add(1);
  stage.feed.push({ type: "delta", at: 0, text: "x" });
  assertEquals(stage.take(), []);
  stage.add(2);
  stage.feed.push({ type: "delta", at: 0, text: "y" });

  stage.buffered = 0;
  assertEquals(stage.take(), ["user:1", "user:2", "flight"]);
  stage.feed.close();
});

test("Feed.resync() sends everything anew, once", () => {
  const stage = new Stage();
  stage.add(1);
  stage.open();
  stage.take();
  stage.feed.resync();
  stage.feed.resync();
  assertEquals(stage.take(), ["sync after null: user:1"]);
});

test("Feed numbers everything it sends without going back", () => {
  const stage = new Stage();
  stage.open();
  stage.add(1);
  stage.feed.push({ type: "receipt", receipt: { id: "r", state: "done" } });
  stage.feed.flush();
  assertEquals(stage.sent.map(({ seq }) => seq), [1, 2, 3]);
});

test("a streamed answer costs at most three times its bytes and 64 a delta", () => {
  const stage = new Stage();
  stage.open();
  stage.take();
  stage.bytes = 0;
  for (let n = 0; n < 5_000; n++) {
    stage.feed.push({ type: "delta", at: 0, text: "abcd" });
    stage.feed.flush(); // The worst case: nothing is merged.
  }
  assert(stage.bytes > 20_000);
  assertLessOrEqual(stage.bytes, 3 * 20_000 + 64 * 5_000);
});

test("Feed does not send again what the hub refused", () => {
  const stage = new Stage();
  stage.open();
  stage.add(1, "poison");
  stage.take();
  stage.feed.close();
  stage.feed.refused();
  stage.add(2);
  stage.open({ seq: 1, key: null });
  const [sync] = stage.sent;
  assert(sync?.type === "sync" && sync.after === null);
  assertEquals([sync.items, sync.more], [[], true]);
  stage.take();
  stage.add(3);
  assertEquals(stage.take(), ["user:3"]);
});

test("Feed leaves out what cannot be told, and goes on", () => {
  const stage = new Stage();
  stage.open();
  stage.take();
  const cyclic: Record<string, unknown> = {};
  cyclic.self = cyclic;
  const message = { role: "future", timestamp: 1, cyclic } as never;
  const odd: Item = { kind: "message", key: "future:1", message };
  stage.feed.push({ type: "item", item: odd });
  stage.add(2);
  assertEquals(stage.take(), ["user:2"]);
});
