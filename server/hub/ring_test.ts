import { assert, assertEquals } from "@std/assert";
import { test } from "bun:test";
import { Ring } from "./ring.ts";

function filled(changes: number, characters = 10): Ring {
  const ring = new Ring();
  for (let seq = 1; seq <= changes; seq++) {
    ring.push({ seq, json: "x".repeat(characters) });
  }
  return ring;
}

test("Ring.after() gives the changes after a number, in order", () => {
  const ring = filled(5);
  assertEquals(ring.after(3, 5)?.map(({ seq }) => seq), [4, 5]);
  assertEquals(ring.after(5, 5), []);
  assertEquals(ring.after(0, 5)?.length, 5);
  assertEquals(ring.after(6, 5), undefined);
  assertEquals(ring.after(-1, 5), undefined);
});

test("Ring drops the oldest beyond its bounds, and says so", () => {
  const many = filled(8_001);
  assertEquals(many.after(0, 8_001), undefined);
  assertEquals(many.after(7_000, 8_001)?.length, 1_001);

  const large = filled(30, 100_000);
  assertEquals(large.after(0, 30), undefined);
  assert((large.after(25, 30)?.length ?? 0) === 5);

  const huge = filled(1, 5_000_000);
  assertEquals(huge.after(0, 1), undefined);
  huge.push({ seq: 2, json: "small" });
  assertEquals(huge.after(1, 2)?.map(({ seq }) => seq), [2]);
});

test("Ring.clear() forgets all", () => {
  const ring = filled(3);
  ring.clear();
  assertEquals(ring.after(2, 3), undefined);
  assertEquals(ring.after(3, 3), []);
});
