import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { test } from "bun:test";
import type { Change } from "../../server/protocol/event.ts";
import type { Flight, Item, ToolRun } from "../../server/protocol/item.ts";
import type { NodeId, NodeRecord } from "../../server/protocol/node.ts";
import type { Snapshot, ViewerDown } from "../../server/protocol/viewer.ts";
import {
  type ConversationLink,
  ConversationModel,
  type FrameClock,
} from "./conversation.ts";

const node: NodeRecord = {
  id: "n1" as NodeId,
  machine: "mbp",
  cwd: "/home/ada/shop",
  port: 0,
  state: { kind: "idle", since: 0 },
  joinedAt: 0,
};

function user(at: number): Item {
  const message = { role: "user", content: `m${at}`, timestamp: at } as const;
  return { kind: "message", key: `user:${at}`, message };
}

function users(from: number, to: number): Item[] {
  return Array.from({ length: to - from }, (_, i) => user(from + i));
}

const RUN: ToolRun = {
  id: "c1",
  name: "bash",
  args: { command: "ls" },
  state: "running",
  startedAt: 5,
  output: "",
};

/** A link and a clock that a test moves by hand. */
class Stage implements ConversationLink, FrameClock {
  readonly asked: unknown[] = [];
  pages: Promise<{ items: Item[]; more: boolean }>[] = [];
  time = 0;
  #listener: ((frame: ViewerDown) => void) | undefined;
  #frame: (() => void) | undefined;
  #seq = 0;

  onFrame(listener: (frame: ViewerDown) => void): () => void {
    this.#listener = listener;
    return () => this.#listener = undefined;
  }

  // deno-lint-ignore no-explicit-any
  call(_method: string, params: unknown): Promise<any> {
    this.asked.push(params);
    return this.pages.shift() ?? Promise.reject(new Error("No page"));
  }

  now = () => this.time;

  next = (callback: () => void) => {
    this.#frame = callback;
    return () => this.#frame = undefined;
  };

  after = (_ms: number, callback: () => void) => callback();

  send(frame: ViewerDown): void {
    this.#listener?.(frame);
  }

  snapshot(part: Partial<Snapshot> = {}): void {
    this.#seq = part.seq ?? 0;
    this.send({
      type: "snapshot",
      stream: "s1",
      seq: 0,
      node,
      items: [],
      more: false,
      flight: null,
      tools: [],
      facts: null,
      activity: null,
      receipts: [],
      ...part,
    });
  }

  change(change: Change, seq = ++this.#seq): void {
    this.send({ ...change, seq });
  }

  frame(): void {
    const callback = this.#frame;
    this.#frame = undefined;
    callback?.();
  }
}

function open(): { stage: Stage; model: ConversationModel } {
  const stage = new Stage();
  return { stage, model: new ConversationModel(stage, stage) };
}

function flight(text: string): Flight {
  const blocks = [{ kind: "text", text }] as const;
  return { key: "assistant:9", startedAt: 0, blocks };
}

test("a snapshot is shown at once, a change with the next frame", () => {
  const { stage, model } = open();
  stage.snapshot({ items: users(1, 3), more: true });
  assertEquals(model.items.value.length, 2);
  assertEquals([model.more.value, model.ready.value], [true, true]);

  stage.change({ type: "item", item: user(3) });
  assertEquals(model.items.value.length, 2);
  stage.frame();
  assertEquals(model.items.value.length, 3);
});

test("a change that came before is ignored", () => {
  const { stage, model } = open();
  stage.snapshot({ seq: 4, flight: flight("ab") });
  stage.change({ type: "delta", at: 0, text: "X" }, 4);
  stage.change({ type: "delta", at: 0, text: "c" }, 5);
  stage.change({ type: "delta", at: 0, text: "c" }, 5);
  stage.frame();

  assertEquals(model.flight.value?.blocks[0]?.text.value, "abc");
  assertEquals(model.place(), { stream: "s1", seq: 5 });
});

test("a change that is missing breaks the conversation until a snapshot", () => {
  const { stage, model } = open();
  stage.snapshot({ seq: 1 });
  stage.change({ type: "item", item: user(1) }, 3);
  assertEquals(model.broken.value, true);
  assertEquals(model.place(), undefined);

  stage.snapshot({ seq: 7, items: [user(1)] });
  assertEquals(model.broken.value, false);
  assertEquals(model.place(), { stream: "s1", seq: 7 });
});

test("text that streams changes one signal and no shape", () => {
  const { stage, model } = open();
  stage.snapshot({ flight: flight("") });
  const before = model.flight.value;
  for (const text of ["one ", "two ", "three"]) {
    stage.change({ type: "delta", at: 0, text });
  }
  stage.frame();

  assertStrictEquals(model.flight.value, before);
  assertEquals(before?.blocks[0]?.text.value, "one two three");
});

test("an item ends the flight of its key and keeps the thinking's time", () => {
  const { stage, model } = open();
  stage.snapshot({
    flight: { key: "user:5", startedAt: 0, blocks: [] },
  });
  stage.time = 1_000;
  stage.change({ type: "block", at: 0, block: { kind: "thinking", text: "" } });
  stage.time = 10_000;
  stage.change({ type: "block", at: 1, block: { kind: "text", text: "a" } });
  stage.change({ type: "item", item: user(5) });
  stage.change({ type: "item", item: user(5) });
  stage.frame();

  assertEquals(model.flight.value, undefined);
  assertEquals(model.items.value.length, 1);
  assertEquals(model.thoughts.value.get("user:5/0"), 9_000);
});

test("a tool keeps its output when its end does not repeat it", () => {
  const { stage, model } = open();
  stage.snapshot({ tools: [RUN] });
  stage.change({ type: "output", id: "c1", keep: 0, text: "one\ntwo" });
  stage.change({ type: "output", id: "c1", keep: 4, text: "TWO" });
  stage.change({ type: "tool", tool: { ...RUN, state: "done" } });
  stage.change({ type: "output", id: "unknown", keep: 0, text: "x" });
  stage.frame();

  const tool = model.tools.value.get("c1");
  assertEquals(tool?.run.state, "done");
  assertEquals(tool?.output.value, "one\nTWO");
});

test("older pages are added before, without doubles, one at a time", async () => {
  const { stage, model } = open();
  stage.snapshot({ items: users(10, 20), more: true });
  stage.pages = [Promise.resolve({ items: users(5, 12), more: true })];
  model.loadOlder();
  model.loadOlder();
  assertEquals(model.loading.value, "loading");
  await Promise.resolve().then().then();

  assertEquals(stage.asked, [{ before: "user:10", bytes: 256 * 1024 }]);
  assertEquals(model.items.value.map(({ key }) => key), [
    ...users(5, 20).map(({ key }) => key),
  ]);
  assertEquals(model.loading.value, "idle");
});

test("a page that fails can be asked for again", async () => {
  const { stage, model } = open();
  stage.snapshot({ items: users(10, 20), more: true });
  model.loadOlder();
  await Promise.resolve().then().then().then();
  assertEquals(model.loading.value, "idle");
  assertEquals(model.more.value, true);
});

test("a snapshot that overlaps keeps the older pages and the identities", () => {
  const { stage, model } = open();
  stage.snapshot({ items: users(1, 10), more: false });
  const before = model.items.value;
  stage.snapshot({ items: users(5, 14), more: true });

  assertEquals(model.items.value.length, 13);
  assertStrictEquals(model.items.value[6], before[6]);
  assertEquals(model.more.value, false);
});

test("a snapshot of another history replaces all", () => {
  const { stage, model } = open();
  stage.snapshot({ items: users(1, 10), more: false });
  stage.snapshot({ items: users(50, 53), more: true });

  assertEquals(model.items.value.length, 3);
  assertEquals(model.more.value, true);
});

test("facts are merged field by field, receipts by id", () => {
  const { stage, model } = open();
  stage.snapshot({ receipts: [{ id: "a", state: "accepted" }] });
  stage.change({ type: "facts", facts: { thinking: "high" } });
  stage.change({ type: "receipt", receipt: { id: "a", state: "started" } });
  stage.change({
    type: "activity",
    activity: { kind: "working", since: 3 },
  });
  stage.frame();

  assertEquals(model.facts.value, undefined);
  assertEquals(model.receipts.value.get("a")?.state, "started");
  assertEquals(model.activity.value?.kind, "working");
});

test("a model that is disposed listens no more", () => {
  const { stage, model } = open();
  stage.snapshot({ items: users(1, 3) });
  model[Symbol.dispose]();
  stage.change({ type: "item", item: user(3) });
  stage.frame();
  assert(model.items.value.length === 2);
});
