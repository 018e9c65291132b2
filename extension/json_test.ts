import { test } from "bun:test";
import { assertEquals } from "@std/assert";
import { toJson } from "./json.ts";

test("toJson() tells what it can, and never throws", () => {
  const cyclic: Record<string, unknown> = {};
  cyclic.self = cyclic;
  assertEquals(toJson({ n: 1 }), '{"n":1}');
  assertEquals(toJson({ n: 10n }), '{"n":"10"}');
  assertEquals(toJson(cyclic), undefined);
});
