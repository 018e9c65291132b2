import { assert, assertEquals } from "@std/assert";
import { test } from "bun:test";
import { newestWithin, Tail, TAIL_MAX_CHARACTERS } from "./tail.ts";

const item = (key: string, characters = 10) => ({
  key,
  json: "x".repeat(characters),
});
const keys = (tail: Tail) => tail.items.map(({ key }) => key);

function tailOf(...names: string[]): Tail {
  const tail = new Tail();
  tail.replace(names.map((name) => item(name)), false);
  return tail;
}

test("Tail.put() adds at the end, or in the place of the same key", () => {
  const tail = tailOf("a", "b");
  tail.put(item("c"));
  tail.put(item("a", 30));

  assertEquals(keys(tail), ["a", "b", "c"]);
  assertEquals(tail.characters, 50);
  assertEquals(tail.lastKey, "c");
});

test("Tail drops the oldest beyond its bound, never the last", () => {
  const tail = tailOf("a");
  tail.put(item("b", TAIL_MAX_CHARACTERS));
  assertEquals(keys(tail), ["b"]);
  assertEquals(tail.more, true);
  tail.put(item("c", TAIL_MAX_CHARACTERS * 2));
  assertEquals(keys(tail), ["c"]);
});

test("Tail.page() gives the newest that fit before a key", () => {
  const tail = tailOf("a", "b", "c", "d");
  const page = (before: string | null, characters: number) => {
    const found = tail.page(before, characters);
    return found && [found.items.map(({ key }) => key).join(""), found.more];
  };

  assertEquals(page(null, 20), ["cd", true]);
  assertEquals(page("c", 100), ["ab", false]);
  assertEquals(page("c", 1), ["b", true]);
  assertEquals(page("a", 100), ["", false]);
  assertEquals(page("gone", 100), undefined);
});

test("Tail.page() does not guess what lies before what it keeps", () => {
  const tail = new Tail();
  tail.replace([item("b")], true);
  assertEquals(tail.page("b", 100), undefined);
  assertEquals(tail.page(null, 100)?.more, true);
});

test("Tail.cool() gives memory back and can be undone by the same items only", () => {
  const tail = tailOf("a", "b");
  tail.cool();
  assert(tail.isCold);
  assertEquals([tail.characters, tail.more, tail.lastKey], [0, true, "b"]);
  assertEquals(tail.page(null, 100), undefined);

  assert(!tail.prepend(null, { items: [item("x")], more: false }));
  assert(tail.prepend(null, { items: [item("a"), item("b")], more: false }));
  assertEquals(keys(tail), ["a", "b"]);
});

test("Tail.prepend() puts older items in front of the first, nowhere else", () => {
  const tail = new Tail();
  tail.replace([item("c")], true);
  assert(!tail.prepend("x", { items: [item("b")], more: false }));
  assert(tail.prepend("c", { items: [item("b")], more: true }));

  assertEquals(keys(tail), ["b", "c"]);
  assertEquals(tail.more, true);
});

test("newestWithin() always gives at least the last one", () => {
  const items = [item("a"), item("b")];
  assertEquals(newestWithin(items, 0).map(({ key }) => key), ["b"]);
  assertEquals(newestWithin(items, 20).length, 2);
  assertEquals(newestWithin([], 20), []);
});
