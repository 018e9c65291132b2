import { expect, test } from "bun:test";
import type { TaggedLines } from "./line_cutter.ts";
import { LogRing, RING_MAX_LINES } from "./log_ring.ts";

/** What a tag and a newline add to each line. */
const OVERHEAD = 7;

function tagged(...lines: readonly string[]): TaggedLines {
  return {
    bytes: Buffer.from(lines.map((line) => `[out] ${line}\n`).join("")),
    lines: lines.length,
  };
}

function push(ring: LogRing, ...lines: readonly string[]): void {
  ring.push(tagged(...lines), { at: 1, isStamped: false });
}

function texts(ring: LogRing, seq = 0): string[] {
  return ring.read({ seq }, Infinity).lines.map(({ text }) => text);
}

test("LogRing of 10 bytes keeps bbbbb, ccc (1.9)", () => {
  const ring = new LogRing(10 + 2 * OVERHEAD);
  for (const line of ["aaaaa", "bbbbb", "ccc"]) push(ring, line);
  expect(texts(ring)).toEqual(["bbbbb", "ccc"]);
});

test("LogRing drops line by line, whatever chunks they came in", () => {
  const ring = new LogRing(3 * (OVERHEAD + 1));
  push(ring, "a", "b", "c", "d", "e");
  expect(texts(ring)).toEqual(["c", "d", "e"]);
  expect(ring.firstSeq).toBe(3);
  push(ring, "f");
  expect(texts(ring)).toEqual(["d", "e", "f"]);
  expect(ring.nextSeq).toBe(7);
});

test("LogRing is bounded for empty lines, too (B31)", () => {
  const ring = new LogRing();
  for (let i = 0; i < 100; i++) {
    const bytes = Buffer.from("[out] \n".repeat(5_000));
    ring.push({ bytes, lines: 5_000 }, { at: 1, isStamped: false });
  }
  expect(ring.nextSeq - ring.firstSeq).toBe(RING_MAX_LINES);
  expect(texts(ring)).toHaveLength(RING_MAX_LINES);
});

test("LogRing.read() says how many lines are gone (B28)", () => {
  const ring = new LogRing(2 * (OVERHEAD + 1));
  push(ring, "a");
  const place = { seq: 1 };
  expect(ring.read(place, Infinity).lines).toHaveLength(1);
  push(ring, "b", "c", "d");
  const { missed, lines } = ring.read(place, Infinity);
  expect(missed).toBe(1);
  expect(lines.map(({ seq, text }) => [seq, text])).toEqual([[3, "c"], [
    4,
    "d",
  ]]);
  expect(ring.read(place, Infinity)).toEqual({ missed: 0, lines: [] });
});

test("LogRing.read() goes on within a chunk", () => {
  const ring = new LogRing();
  push(ring, "a", "b", "c");
  push(ring, "d", "e");
  const place = { seq: 2 };
  const read: string[] = [];
  while (true) {
    const { lines } = ring.read(place, 1);
    if (lines.length === 0) break;
    expect(lines).toHaveLength(1);
    read.push(...lines.map(({ seq, text }) => `${seq}${text}`));
  }
  expect(read).toEqual(["2b", "3c", "4d", "5e"]);
});

test("LogRing gives every line once to a reader that keeps up", () => {
  const ring = new LogRing(500);
  const place = { seq: 1 };
  const seqs: number[] = [];
  for (let i = 0; i < 1_000; i++) {
    push(ring, ...Array.from({ length: (i % 5) + 1 }, () => "x".repeat(i % 9)));
    const { missed, lines } = ring.read(place, Infinity);
    expect(missed).toBe(0);
    seqs.push(...lines.map(({ seq }) => seq));
  }
  expect(seqs).toEqual(
    Array.from({ length: ring.nextSeq - 1 }, (_, i) => i + 1),
  );
});

test("LogRing keeps the newest of any chunks, whole and in order", () => {
  const maxBytes = 100_000;
  const ring = new LogRing(maxBytes, Infinity);
  let n = 0;
  for (let i = 0; i < 120; i++) {
    const count = [1, 7, 300, 2_000, 9_000][i * 31 % 5] ?? 0;
    // As if in memory that is used again.
    const { bytes, lines } = tagged(
      ...Array.from({ length: count }, () => String(n++)),
    );
    ring.push({ bytes, lines }, { at: 1, isStamped: false });
    bytes.fill(0);
    if (i === 60) ring.setMaxBytes(maxBytes / 2);
    if (i === 80) ring.setMaxBytes(maxBytes);
    const { lines: kept } = ring.read({ seq: ring.firstSeq }, Infinity);
    expect(ring.nextSeq).toBe(n + 1);
    expect(kept.map(({ text }) => Number(text))).toEqual(
      kept.map(({ seq }) => seq - 1),
    );
    expect(kept.at(-1)?.seq ?? n).toBe(n);
    expect(kept).toHaveLength(n + 1 - ring.firstSeq);
    const bytesKept = kept.reduce(
      (sum, { text }) => sum + OVERHEAD + text.length,
      0,
    );
    expect(bytesKept).toBeLessThanOrEqual(maxBytes);
    if (i > 90) expect(bytesKept).toBeGreaterThan(maxBytes / 2);
  }
});

test("LogRing.seqSince() finds the first line of a time", () => {
  const ring = new LogRing();
  for (const at of [10, 20, 30]) {
    ring.push(tagged("a", "b"), { at, isStamped: false });
  }
  expect([5, 20, 25, 31].map((at) => ring.seqSince(at))).toEqual([1, 3, 5, 7]);
});
