import { test } from "bun:test";
import { assertEquals } from "@std/assert";
import { backoffMs } from "./backoff.ts";

test("backoffMs() doubles from half a second and stops at ten", () => {
  assertEquals([1, 2, 3, 9].map((n) => backoffMs(n, 1)), [
    500,
    1000,
    2000,
    10_000,
  ]);
  assertEquals(backoffMs(1, 0), 250);
});
