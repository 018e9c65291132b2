import { expect, test } from "bun:test";
import { Tape, TAPE_MAX_BYTES } from "./tape.ts";

const SMALL = { cols: 80, rows: 24 };
const LARGE = { cols: 120, rows: 40 };

test("Tape tells the size at every offset, and the changes after one", () => {
  const tape = new Tape(SMALL);
  tape.append(new Uint8Array(100));
  tape.resize(LARGE);
  tape.append(new Uint8Array(100));

  expect(tape.sizeAt(0)).toEqual({ number: 0, offset: 0, size: SMALL });
  expect(tape.sizeAt(99).size).toEqual(SMALL);
  expect(tape.sizeAt(100)).toEqual({ number: 1, offset: 100, size: LARGE });
  expect(tape.sizeAfter(0)?.offset).toBe(100);
  expect(tape.sizeAfter(1)).toBeUndefined();
});

test("Tape keeps the last of several sizes with nothing printed between", () => {
  const tape = new Tape(SMALL);
  tape.append(new Uint8Array(10));
  for (let cols = 81; cols <= 100; cols++) tape.resize({ cols, rows: 24 });

  expect(tape.sizeAfter(0)).toEqual({
    number: 20,
    offset: 10,
    size: { cols: 100, rows: 24 },
  });
  // Whoever was told of one in between is told of the last.
  expect(tape.sizeAfter(7)?.number).toBe(20);
});

test("Tape gives up the oldest output when there are too many sizes", () => {
  const tape = new Tape(SMALL);
  for (let n = 0; n < 400; n++) {
    tape.append(new Uint8Array(10));
    tape.resize({ cols: 20 + n, rows: 24 });
  }

  expect(tape.end).toBe(4_000);
  expect(tape.start).toBeGreaterThan(1_000);
  expect(tape.sizeAt(tape.start).offset).toBe(tape.start);
});

test("Tape knows the size that is in force where it begins", () => {
  const tape = new Tape(SMALL);
  tape.append(new Uint8Array(10));
  tape.resize(LARGE);
  tape.append(new Uint8Array(TAPE_MAX_BYTES));
  tape.append(new Uint8Array(5));

  expect(tape.start).toBe(15);
  expect(tape.sizeAt(tape.start)).toMatchObject({ number: 1, size: LARGE });
});

test("Tape.slice() puts both sides of the seam together", () => {
  const tape = new Tape(SMALL);
  const all = new Uint8Array(TAPE_MAX_BYTES + 5_000).map((_, at) => at % 251);
  for (let at = 0; at < all.length; at += 70_000) {
    tape.append(all.subarray(at, at + 70_000));
  }
  const [from, to] = [TAPE_MAX_BYTES - 3_000, TAPE_MAX_BYTES + 4_000];

  expect(Buffer.compare(tape.slice(from, to), all.subarray(from, to))).toBe(0);
});
