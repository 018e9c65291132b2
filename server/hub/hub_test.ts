import { assert, assertEquals } from "@std/assert";
import { test } from "bun:test";
import type { AgentFacts, Change, Sync } from "../protocol/event.ts";
import type { Item } from "../protocol/item.ts";
import { Hub, type HubRecord, type Viewer } from "./hub.ts";

const facts = (session: string): AgentFacts => ({
  pi: "1",
  mode: "tui",
  session: { id: session },
  model: null,
  thinking: "off",
  branch: null,
  context: null,
  usage: {
    input: 0,
    output: 0,
    cacheRead: 0,
    cacheWrite: 0,
    cost: 0,
    turns: 0,
  },
  queue: [],
  tools: [],
});

const item = (n: number): Item => ({
  kind: "message",
  key: `user:${n}`,
  message: { role: "user", content: `m${n}`, timestamp: n },
});

const sync = (after: string | null, items: Item[], session = "s"): Sync => ({
  type: "sync",
  after,
  items,
  more: false,
  total: items.length,
  flight: null,
  tools: [],
  facts: facts(session),
  activity: { kind: "idle", since: 1 },
});

/** A hub that knows two items, what it had recorded, and one viewer. */
function open() {
  const records: HubRecord[] = [];
  const hub = new Hub(null, (record) => records.push(record));
  const told: string[] = [];
  const viewer: Viewer = {
    change: (change, seq) => told.push(`${seq} ${change.type}`),
    replaced: () => told.push("replaced"),
    stilled: () => told.push("stilled"),
  };
  hub.take("e", 1, sync(null, [item(1), item(2)]));
  const detach = hub.attach(viewer);
  records.length = 0;
  return { hub, records, told, detach };
}

const snapshot = (hub: Hub) => JSON.parse(`${hub.snapshot()}}`);

test("Hub.take() numbers changes and hands each on once", () => {
  const { hub, told, detach } = open();
  hub.take("e", 2, { type: "item", item: item(3) });
  hub.take("e", 3, { type: "activity", activity: { kind: "idle", since: 2 } });
  detach();
  hub.take("e", 4, { type: "item", item: item(4) });

  assertEquals(told, ["1 item", "2 activity"]);
  assertEquals(hub.viewers, 0);
});

test("Hub.isKnown() knows what was taken in this epoch, in no other", () => {
  const { hub } = open();
  assert(hub.isKnown("e", 1));
  assert(!hub.isKnown("e", 2));
  assert(!hub.isKnown("another", 1));
});

test("Hub.take() of one event twice changes nothing but its number", () => {
  const { hub } = open();
  const flight = { key: "assistant:9", startedAt: 9, blocks: [] };
  const changes: Change[] = [
    { type: "item", item: item(3) },
    { type: "flight", flight, tools: [] },
    { type: "block", at: 0, block: { kind: "text", text: "" } },
    { type: "receipt", receipt: { id: "r", state: "done" } },
    { type: "facts", facts: { thinking: "high" } },
    { type: "activity", activity: { kind: "working", since: 3 } },
  ];
  changes.forEach((change, n) => hub.take("e", 2 + n, change));
  const { seq: _, ...once } = snapshot(hub);
  changes.forEach((change, n) => hub.take("e", 20 + n, change));
  const { seq: __, ...twice } = snapshot(hub);

  assertEquals(twice, once);
  assertEquals(hub.total, 3);
});

test("Hub.take() replaces all by a sync of everything", () => {
  const { hub, told, records } = open();
  const before = hub.place;
  assert(hub.take("e", 2, sync(null, [item(7)], "another")));

  assertEquals(told, ["replaced"]);
  assert(hub.place.stream !== before.stream);
  assertEquals(hub.since(before.stream, before.seq), undefined);
  assertEquals(snapshot(hub).items, [item(7)]);
  assertEquals(records.map(({ type }) => type), ["replace", "place"]);
  assertEquals(hub.have, {
    epoch: "e",
    seq: 2,
    sessionId: "another",
    key: "user:7",
  });
});

test("Hub.take() adds what follows on what it knows", () => {
  const { hub, told } = open();
  const rest = sync("user:2", [item(3)]);
  assert(hub.take("e", 2, { ...rest, total: 3 }));
  assertEquals(snapshot(hub).items, [item(1), item(2), item(3)]);
  assertEquals(hub.total, 3);
  assert(!told.includes("replaced"));

  // Known already, in the middle: nothing is there twice.
  assert(hub.take("e", 3, sync("user:1", [item(2), item(3)])));
  assertEquals(snapshot(hub).items, [item(1), item(2), item(3)]);
});

test("Hub.take() refuses what follows on something it does not have", () => {
  const { hub, records } = open();
  assert(!hub.take("e", 2, sync("user:99", [item(100)])));
  assert(!hub.take("e", 3, sync("user:2", [item(3)], "another")));

  assertEquals(snapshot(hub).items, [item(1), item(2)]);
  assertEquals(records, []);
});

test("Hub.since() gives what was missed, and nothing it cannot know", () => {
  const { hub } = open();
  const { stream, seq } = hub.place;
  hub.take("e", 2, { type: "item", item: item(3) });
  hub.take("e", 3, { type: "item", item: item(4) });

  const missed = hub.since(stream, seq + 1)?.map((json) => JSON.parse(json));
  assertEquals(missed, [{ seq: seq + 2, type: "item", item: item(4) }]);
  assertEquals(hub.since(stream, seq + 2), []);
  assertEquals(hub.since(stream, seq + 3), undefined);
  assertEquals(hub.since("another", seq), undefined);
});

test("Hub.kept is what outlives the daemon, not what was taken", () => {
  const { hub } = open();
  assertEquals(hub.kept, null);
  const { have } = hub;
  hub.take("e", 2, { type: "item", item: item(3) });
  hub.noteKept(have);

  assertEquals(hub.kept?.seq, 1);
  assertEquals(hub.kept?.key, "user:2");
  assertEquals(hub.have?.key, "user:3");
});

test("Hub remembers where it stopped, and is cold until it is warmed", () => {
  const have = { epoch: "e", seq: 7, sessionId: "s", key: "user:2" };
  const hub = new Hub(have, () => {});

  assertEquals(hub.have, have);
  assertEquals(hub.kept, have);
  assert(hub.tail.isCold);
  assert(hub.isKnown("e", 7));
  assert(hub.take("e", 8, sync("user:2", [item(3)])));
  assertEquals(snapshot(hub).more, true);
});

test("Hub.still() ends what is in the air, and tells that the agent left", () => {
  const { hub, told } = open();
  const flight = { key: "assistant:9", startedAt: 9, blocks: [] };
  hub.take("e", 2, { type: "flight", flight, tools: [] });
  hub.still();
  hub.still();

  assertEquals(snapshot(hub).flight, null);
  assertEquals(told, ["1 flight", "2 flight", "stilled", "stilled"]);
});

test("Hub keeps the receipts of the last 200 prompts", () => {
  const { hub } = open();
  for (let n = 0; n < 250; n++) {
    const receipt = { id: `r${n}`, state: "done" as const };
    hub.take("e", 2 + n, { type: "receipt", receipt });
  }

  assertEquals(snapshot(hub).receipts.length, 200);
  assertEquals(hub.receipt("r49"), undefined);
  assertEquals(hub.receipt("r50")?.state, "done");
});
