import { test } from "bun:test";
import { assertEquals } from "@std/assert";
import { arrowKey, type StickyKey, withSticky } from "./key_bar.ts";

const held = (...keys: StickyKey[]) => new Set(keys);

test("withSticky() makes control characters of letters and signs", () => {
  assertEquals(withSticky("c", held("ctrl")), "\x03");
  assertEquals(withSticky("D", held("ctrl")), "\x04");
  assertEquals(withSticky("[", held("ctrl")), "\x1b");
  assertEquals(withSticky(" ", held("ctrl")), "\0");
  assertEquals(withSticky("é", held("ctrl")), "é");
  assertEquals(withSticky("b", held("alt")), "\x1bb");
  assertEquals(withSticky("c", held("ctrl", "alt")), "\x1b\x03");
  assertEquals(withSticky("c", held()), "c");
});

test("arrowKey() speaks as the program has asked for", () => {
  assertEquals(arrowKey("A", held(), false), "\x1b[A");
  assertEquals(arrowKey("A", held(), true), "\x1bOA");
  assertEquals(arrowKey("C", held("ctrl"), true), "\x1b[1;5C");
  assertEquals(arrowKey("D", held("alt"), false), "\x1b[1;3D");
});
