import { expect, test } from "bun:test";
import { Ring } from "./ring.ts";

const LIMIT = 64 * 1024;

test("Ring keeps the last bytes at their offsets, whatever the pieces", () => {
  const all = new Uint8Array(400_000).map((_, at) => at * 7 + (at >> 8));
  for (const piece of [1_000, 4_096, 5_000, 70_000]) {
    const ring = new Ring(LIMIT);
    for (let at = 0; at < all.length; at += piece) {
      ring.append(all.subarray(at, at + piece));
      const held = ring.copy(ring.start, ring.end);

      expect(ring.end).toBe(Math.min(all.length, at + piece));
      expect(ring.end - ring.start).toBe(Math.min(ring.end, LIMIT));
      expect(Buffer.compare(held, all.subarray(ring.start, ring.end))).toBe(0);
    }
  }
});

test("Ring.view() ends at the seam and at the end", () => {
  const ring = new Ring(LIMIT);
  ring.append(new Uint8Array(LIMIT + 100));

  expect(ring.view(LIMIT - 10, 50).length).toBe(10);
  expect(ring.view(LIMIT + 90, 50).length).toBe(10);
  expect(ring.view(LIMIT + 100, 50).length).toBe(0);
});
