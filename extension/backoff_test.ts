import { test } from "bun:test";
import { assertEquals } from "@std/assert";
import { Backoff } from "./backoff.ts";

test("Backoff.next() doubles from 250 ms to 30 s, half of it by chance", () => {
  const longest = new Backoff(() => 1);
  const waits = Array.from({ length: 9 }, () => longest.next());
  assertEquals(waits, [
    250,
    500,
    1_000,
    2_000,
    4_000,
    8_000,
    16_000,
    30_000,
    30_000,
  ]);
  assertEquals(new Backoff(() => 0).next(), 125);
});

test("Backoff.reset() begins anew", () => {
  const backoff = new Backoff(() => 1);
  backoff.longest();
  backoff.reset();
  assertEquals(backoff.next(), 250);
});
