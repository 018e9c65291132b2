import { expect, test } from "bun:test";
import { Patience } from "./patience.ts";

test("Patience lasts for a hiccup, and is back after a while", () => {
  const patience = new Patience();

  expect(patience.allows(false, 0)).toBe(false);
  expect(patience.allows(true, 10)).toBe(true);
  expect(patience.endsAt).toBe(260);
  expect(patience.allows(true, 250)).toBe(true);
  expect(patience.allows(true, 261)).toBe(false);
  expect(patience.endsAt).toBeUndefined();
  // A tenth of the time that passes, and not in crumbs.
  expect(patience.allows(true, 300)).toBe(false);
  expect(patience.allows(true, 600)).toBe(true);
});

test("Patience costs the others a tenth of the time at most", () => {
  const patience = new Patience();
  let waited = 0;
  for (let now = 0; now < 100_000; now++) {
    if (patience.allows(true, now)) waited++;
  }

  expect(waited).toBeLessThan(10_000 + 250);
  expect(waited).toBeGreaterThan(5_000);
});
