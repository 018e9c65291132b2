import { test } from "bun:test";
import { assert, assertEquals } from "@std/assert";
import { fuzzyHits, fuzzyScore } from "./fuzzy.ts";

test("fuzzyScore() wants all letters in their order", () => {
  assert(fuzzyScore("fxr", "fix-reconnect") > 0);
  assertEquals(fuzzyScore("rxf", "fix-reconnect"), 0);
  assert(fuzzyScore("", "anything") > 0);
});

test("fuzzyScore() prefers the start of a word, then the shorter text", () => {
  assert(
    fuzzyScore("rec", "fix-reconnect") > fuzzyScore("rec", "precondition"),
  );
  assert(fuzzyScore("doc", "docs") > fuzzyScore("doc", "docs-of-all-things"));
});

test("fuzzyHits() marks an unbroken hit where there is one", () => {
  assertEquals(fuzzyHits("rec", "are-reconnect"), [4, 5, 6]);
});
