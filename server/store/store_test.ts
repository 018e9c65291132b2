import { assertEquals } from "@std/assert";
import { Database } from "bun:sqlite";
import { test } from "bun:test";
import type { StoreOperation } from "./operation.ts";
import { StoreReader } from "./reader.ts";
import { migrate } from "./schema.ts";
import { Writer } from "./writer.ts";

function openInMemory(): { writer: Writer; reader: StoreReader } {
  const db = new Database(":memory:");
  migrate(db);
  return { writer: new Writer(db), reader: new StoreReader(db) };
}

const item = (key: string) => ({ key, json: JSON.stringify({ key }) });
const node: StoreOperation = {
  type: "node",
  id: "n",
  card: "{}",
  details: "{}",
  joinedAt: 1,
  heardAt: 2,
};

test("Writer.write() appends in order, and an item seen again stays in place", () => {
  const { writer, reader } = openInMemory();
  writer.write([
    node,
    {
      type: "replace",
      node: "n",
      session: "s",
      items: [item("a"), item("b")],
      more: false,
    },
    { type: "append", node: "n", session: "s", item: item("c") },
    { type: "append", node: "n", session: "s", item: item("b") },
  ]);

  const page = reader.page("n", "s", null, 1_000);
  assertEquals(page?.items.map(({ key }) => key), ["a", "b", "c"]);
  assertEquals(page?.more, false);
});

test("Writer.write() puts older items in front, never across a hole", () => {
  const { writer, reader } = openInMemory();
  const prepend = (before: string, keys: string[]): StoreOperation => ({
    type: "prepend",
    node: "n",
    session: "s",
    before,
    items: keys.map(item),
    more: false,
  });
  writer.write([{
    type: "replace",
    node: "n",
    session: "s",
    items: [item("y"), item("z")],
    more: true,
  }]);
  assertEquals(reader.page("n", "s", null, 1_000)?.more, true);

  writer.write([prepend("q", ["no"]), prepend("y", ["w", "x"])]);
  const page = reader.page("n", "s", null, 1_000);
  assertEquals(page?.items.map(({ key }) => key), ["w", "x", "y", "z"]);
  assertEquals(page?.more, false);
});

test("StoreReader.page() keeps within its bound but gives at least one", () => {
  const { writer, reader } = openInMemory();
  writer.write([{
    type: "replace",
    node: "n",
    session: "s",
    items: ["a", "b", "c"].map(item),
    more: false,
  }]);

  const page = reader.page("n", "s", "c", 1);
  assertEquals(page?.items.map(({ key }) => key), ["b"]);
  assertEquals(page?.more, true);
  assertEquals(reader.page("n", "s", "gone", 1), undefined);
});

test("Writer.write() forgets a node with all it said", () => {
  const { writer, reader } = openInMemory();
  writer.write([
    node,
    { type: "append", node: "n", session: "s", item: item("a") },
    {
      type: "place",
      node: "n",
      epoch: "e",
      seq: 7,
      session: "s",
      lastKey: "a",
    },
  ]);
  assertEquals(reader.nodes()[0]?.seq, 7);

  writer.write([{ type: "forget", node: "n" }]);
  assertEquals(reader.nodes(), []);
  assertEquals(reader.page("n", "s", null, 100)?.items, []);
});
