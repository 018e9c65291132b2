import { assert, assertEquals } from "@std/assert";
import { test } from "bun:test";
import { SlowDown } from "./slow_down.ts";

test("SlowDown.wrong() lets typing mistakes pass, then waits longer, to a bound", () => {
  const slowDown = new SlowDown();
  const waits = Array.from({ length: 40 }, () => slowDown.wrong("peer", 0));
  assertEquals(waits.slice(0, 5), [0, 0, 0, 250, 500]);
  assertEquals(waits.at(-1), 5_000);
  assertEquals(slowDown.wrong("another", 0), 0);
  assertEquals(slowDown.wrong("peer", 11 * 60_000), 0);
});

test("SlowDown.wrong() remembers a bounded number of peers", () => {
  const slowDown = new SlowDown();
  for (let n = 0; n < 4; n++) slowDown.wrong("first", 0);
  for (let n = 0; n < 10_000; n++) slowDown.wrong(`peer-${n}`, 0);
  assertEquals(slowDown.wrong("first", 0), 0);
});

test("SlowDown.hold() holds a bounded number of answers", async () => {
  const slowDown = new SlowDown();
  assertEquals(await slowDown.hold(0), true);
  const held = Array.from({ length: 200 }, () => slowDown.hold(5));
  assertEquals(await slowDown.hold(5), false);
  assert((await Promise.all(held)).every((isHeld) => isHeld));
  assertEquals(await slowDown.hold(1), true);
});
