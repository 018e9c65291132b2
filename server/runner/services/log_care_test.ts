import { expect, test } from "bun:test";
import { shareMemory } from "./log_care.ts";
import { RING_MAX_BYTES } from "./logs/log_ring.ts";

test("shareMemory() gives each the same, in whole bytes", () => {
  for (const count of [1, 64, 100, 333, 4_999]) {
    const shares: number[] = [];
    const setMemory = (bytes: number) => void shares.push(bytes);
    shareMemory(Array.from({ length: count }, () => ({ log: { setMemory } })));
    expect(shares).toHaveLength(count);
    expect(new Set(shares).size).toBe(1);
    // A place in a ring is a number of bytes: a part of one would shift it.
    expect(shares.filter((bytes) => !Number.isInteger(bytes))).toEqual([]);
    expect(shares[0]).toBeLessThanOrEqual(RING_MAX_BYTES);
  }
});
