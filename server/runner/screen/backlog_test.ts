import { expect, test } from "bun:test";
import { TERMINAL_SCROLLBACK_LINES } from "../../protocol/terminal.ts";
import { Backlog } from "./backlog.ts";
import type { MirrorStep } from "./screen_message.ts";
import { Tape, TAPE_MAX_BYTES } from "../tape.ts";

const SIZE = { cols: 80, rows: 24 };
const FRESH = { isPlain: true, wraps: true, column: 0 };
const encoder = new TextEncoder();

/** Bytes as text, sizes as their columns. */
function told(steps: readonly MirrorStep[]): (string | number)[] {
  return steps.map((step) =>
    step.type === "bytes" ? Buffer.from(step.bytes).toString() : step.size.cols
  );
}

test("Backlog.take() gives output and sizes in their order, in parts", () => {
  const tape = new Tape(SIZE);
  const backlog = new Backlog(tape);
  tape.append(encoder.encode("one"));
  tape.resize({ cols: 90, rows: 24 });
  tape.append(encoder.encode("two"));
  tape.resize({ cols: 100, rows: 24 });

  expect(told(backlog.take(2))).toEqual(["on"]);
  expect(told(backlog.take(3))).toEqual(["e", 90, "tw"]);
  expect(told(backlog.take(Infinity))).toEqual(["o", 100]);
  expect(told(backlog.take(Infinity))).toEqual([]);
  expect(backlog.length).toBe(0);
});

test("Backlog.skip() leaves out what scrolled away, and says so to the mirror", () => {
  const tape = new Tape(SIZE);
  const backlog = new Backlog(tape);
  const lines = "\x1b[31mred\x1b[m line\r\n".repeat(12_000);
  tape.append(encoder.encode(lines));

  expect(backlog.skip(FRESH)).toBe(true);
  const [lead, rest] = told(backlog.take(Infinity));
  expect(lead).toBe("\x1b[1G\x1b[m");
  const kept = String(rest).split("\n").length;
  expect(kept).toBeGreaterThan(TERMINAL_SCROLLBACK_LINES + 48);
  expect(kept).toBeLessThan(TERMINAL_SCROLLBACK_LINES + 60);
});

test("Backlog.skip() does nothing where it would make a difference", () => {
  const lines = encoder.encode("line\r\n".repeat(12_000));
  const of = (...parts: (Uint8Array | { cols: number; rows: number })[]) => {
    const tape = new Tape(SIZE);
    for (const part of parts) {
      if (part instanceof Uint8Array) tape.append(part);
      else tape.resize(part);
    }
    return new Backlog(tape);
  };

  expect(of(lines).skip(FRESH)).toBe(true);
  expect(of(lines).skip({ ...FRESH, isPlain: false })).toBe(false);
  expect(of(lines, { cols: 60, rows: 24 }, lines).skip(FRESH)).toBe(false);
  expect(of(lines, encoder.encode("\x1b[H"), lines).skip(FRESH)).toBe(false);
  expect(of(encoder.encode("few\r\n")).skip(FRESH)).toBe(false);
});

test("Backlog begins anew after a gap, with the size that is in force", () => {
  const tape = new Tape(SIZE);
  const backlog = new Backlog(tape);
  tape.resize({ cols: 90, rows: 24 });
  tape.append(new Uint8Array(TAPE_MAX_BYTES).fill(0x61));
  tape.append(encoder.encode("end"));

  expect(backlog.hasGap).toBe(true);
  expect(backlog.skip(FRESH)).toBe(false);
  const steps = told(backlog.take(Infinity));
  expect(steps.slice(0, 2)).toEqual(["\x18", 90]);
  expect(String(steps[2]).length).toBe(TAPE_MAX_BYTES);
  expect(backlog.hasGap).toBe(false);
});
