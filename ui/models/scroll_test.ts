import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { test } from "bun:test";
import { type Chunk, chunksOf, ROWS_PER_CHUNK } from "./scroll_chunks.ts";
import { lastRange, nextRange } from "./scroll_window.ts";

interface Row {
  readonly key: string;
}

function rows(from: number, to: number): Row[] {
  return Array.from({ length: to - from }, (_, i) => ({ key: `${from + i}` }));
}

function sizes(chunks: readonly Chunk<Row>[]): number[] {
  return chunks.map((chunk) => chunk.rows.length);
}

test("chunksOf() fills chunks from the end, so that the newest is full", () => {
  assertEquals(sizes(chunksOf(rows(0, 30), [])), [6, 12, 12]);
});

test("chunksOf() adds at both ends and leaves the middle as it is", () => {
  const all = rows(0, 80);
  const before = chunksOf(all.slice(30, 60), []);
  const after = chunksOf(all, before);

  assertEquals(sizes(after), [6, 12, 12, 6, 12, 12, 12, 8]);
  assertStrictEquals(after[4], before[1]);
});

test("chunksOf() lets a chunk take in rows that open in its middle", () => {
  const all = rows(0, 24);
  const before = chunksOf(all, []);
  const opened = [...all.slice(0, 6), ...rows(100, 108), ...all.slice(6)];
  const after = chunksOf(opened, before);

  assertEquals(sizes(after), [20, 12]);
  assertStrictEquals(after[1], before[1]);
});

test("chunksOf() loses and doubles no row, whatever happens", () => {
  let random = 7;
  const next = (below: number) => {
    random = (random * 1_103_515_245 + 12_345) % 2_147_483_648;
    return random % below;
  };
  let list = rows(0, 100);
  let chunks: Chunk<Row>[] = [];
  for (let i = 0; i < 500; i++) {
    const at = next(list.length + 1);
    const fresh = rows(1_000 * (i + 1), 1_000 * (i + 1) + next(30));
    list = [...list.slice(0, at), ...fresh, ...list.slice(at + next(30))];
    chunks = chunksOf(list, chunks);
    assertEquals(chunks.flatMap((chunk) => chunk.rows), list);
    assert(chunks.every((chunk) => chunk.rows[0]?.key === chunk.key));
    assert(sizes(chunks).every((size) => size <= 2 * ROWS_PER_CHUNK));
  }
});

const HEIGHTS = Array(20).fill(500);

test("nextRange() mounts one chunk at each side that is near", () => {
  const range = { from: 8, to: 10 };
  const near = { heights: HEIGHTS, above: 100, below: 100, viewHeight: 800 };
  assertEquals(nextRange(range, near), { from: 7, to: 11 });
});

test("nextRange() lets go of chunks that are far, and rests between", () => {
  const range = { from: 2, to: 18 };
  const far = { heights: HEIGHTS, above: 3_400, below: 1_500, viewHeight: 800 };
  assertEquals(nextRange(range, far), { from: 5, to: 18 });

  const still = {
    heights: HEIGHTS,
    above: 2_000,
    below: 1_900,
    viewHeight: 800,
  };
  assertEquals(nextRange(range, still), range);
});

test("nextRange() goes straight to where a dragged scrollbar landed", () => {
  const range = { from: 16, to: 20 };
  const landed = {
    heights: HEIGHTS,
    above: -4_100,
    below: 6_000,
    viewHeight: 800,
  };
  assertEquals(nextRange(range, landed), { from: 6, to: 9 });
});

test("nextRange() gives chunks of unknown height no room", () => {
  const heights = [undefined, undefined, 500, 500];
  const range = { from: 2, to: 4 };
  const there = { heights, above: -900, below: 0, viewHeight: 800 };
  assertEquals(nextRange(range, there), { from: 0, to: 2 });
});

test("lastRange() is where a transcript opens", () => {
  assertEquals(lastRange(20), { from: 18, to: 20 });
  assertEquals(lastRange(0), { from: 0, to: 0 });
});
