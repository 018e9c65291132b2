import { expect, test } from "bun:test";
import {
  CUT_MARK,
  LINE_MAX_BYTES,
  LineCutter,
  type Tag,
} from "./line_cutter.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

/** A cutter that says what it emits when it takes something. */
function makeCutter(tag: Tag) {
  let text = "";
  let lines = 0;
  const cutter = new LineCutter(tag, (tagged) => {
    text += tagged.bytes.toString("latin1");
    lines += tagged.lines;
  });
  const after = (act: () => void) => {
    text = "";
    lines = 0;
    act();
    return { text, lines };
  };
  return {
    take: (chunk: Uint8Array, stamp: string) =>
      after(() => cutter.take(chunk, stamp)),
    finish: (stamp: string) => after(() => cutter.finish(stamp)),
  };
}

const NONE = { text: "", lines: 0 };

test("LineCutter.take() tags whole lines and keeps the rest", () => {
  const cutter = makeCutter("out");
  expect(cutter.take(bytes("a\nb"), "")).toEqual({
    text: "[out] a\n",
    lines: 1,
  });
  expect(cutter.take(bytes("c"), "")).toEqual(NONE);
  expect(cutter.take(bytes("\n\nd\ne"), "")).toEqual({
    text: "[out] bc\n[out] \n[out] d\n",
    lines: 3,
  });
  expect(cutter.finish("")).toEqual({ text: "[out] e\n", lines: 1 });
  expect(cutter.finish("")).toEqual(NONE);
});

test("LineCutter leaves every byte as it was (B29)", () => {
  const all = Uint8Array.from({ length: 256 }, (_, i) => i)
    .filter((byte) => byte !== 10);
  const cutter = makeCutter("err");
  cutter.take(all, "");
  const tagged = cutter.take(bytes("\n"), "");
  const back = Buffer.from(tagged.text, "latin1");
  expect(back).toEqual(Buffer.from([...bytes("[err] "), ...all, 10]));
});

test("LineCutter puts the time behind the tag", () => {
  const cutter = makeCutter("out");
  expect(cutter.take(bytes("a\nb\n"), "T ")).toEqual({
    text: "[out] T a\n[out] T b\n",
    lines: 2,
  });
});

test("LineCutter cuts what has no newline, and loses nothing (B30)", () => {
  const cutter = makeCutter("out");
  const chunk = new Uint8Array(100_000).fill(120);
  let text = "";
  let lines = 0;
  for (let i = 0; i < 20; i++) {
    const tagged = cutter.take(chunk, "");
    text += tagged.text;
    lines += tagged.lines;
  }
  text += cutter.finish("").text;
  const all = text.trimEnd().split("\n");
  expect(lines + 1).toBe(all.length);
  for (const line of all.slice(0, -1)) expect(line).toEndWith(CUT_MARK);
  const joined = all.map((line) => line.slice(6).replace(CUT_MARK, "")).join(
    "",
  );
  expect(joined).toBe("x".repeat(2_000_000));
  const longest = LINE_MAX_BYTES + CUT_MARK.length + 6;
  expect(Math.max(...all.map((line) => line.length))).toBeLessThanOrEqual(
    longest,
  );
});

test("LineCutter cuts a long line between short ones", () => {
  const cutter = makeCutter("out");
  const long = "y".repeat(LINE_MAX_BYTES + 1);
  const tagged = cutter.take(bytes(`a\n${long}\nb\n`), "");
  expect(tagged.text.split("\n").map((line) => line.length)).toEqual([
    7,
    6 + LINE_MAX_BYTES + CUT_MARK.length,
    7,
    7,
    0,
  ]);
  expect(tagged.lines).toBe(4);
});

test("LineCutter emits many short lines in pieces of whole ones", () => {
  const emitted: string[] = [];
  let lines = 0;
  const cutter = new LineCutter("out", (tagged) => {
    emitted.push(tagged.bytes.toString());
    lines += tagged.lines;
  });
  cutter.take(bytes("a".repeat(3) + "\n".repeat(1_000_000)), "T ");
  expect(emitted.join("")).toBe("[out] T aaa\n" + "[out] T \n".repeat(999_999));
  expect(lines).toBe(1_000_000);
  expect(emitted.length).toBeGreaterThan(10);
  for (const piece of emitted) expect(piece).toEndWith("\n");
});

test("LineCutter finds the same lines, wherever the chunks end", () => {
  const lengths = [0, 1, 2, 31, 100, 4095, LINE_MAX_BYTES];
  let text = "";
  for (let i = 0; i < 500; i++) {
    const length = lengths[i * 5 % lengths.length] ?? 0;
    text += String.fromCharCode(97 + i % 26).repeat(length) + "\n";
  }
  const tagged = text.trimEnd().split("\n").map((line) => `[out] ${line}\n`);
  const all = bytes(text);
  for (const size of [1, 7, 4096, 65_537, 262_144]) {
    // Byte by byte it is slow; then the short lines at its beginning do.
    const end = size < 100 ? 20_000 : all.length;
    let found = "";
    const cutter = makeCutter("out");
    for (let at = 0; at < end; at += size) {
      found += cutter.take(all.subarray(at, Math.min(at + size, end)), "").text;
    }
    const lines = text.slice(0, end).split("\n").length - 1;
    expect(found === tagged.slice(0, lines).join("")).toBe(true);
  }
});
