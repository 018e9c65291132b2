import { expect, test } from "bun:test";
import { CUT_MARK, LINE_MAX_BYTES, LineCutter } from "./line_cutter.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

test("LineCutter.take() tags whole lines and keeps the rest", () => {
  const cutter = new LineCutter("out");
  expect(cutter.take(bytes("a\nb"), "")).toEqual({
    text: "[out] a\n",
    lines: 1,
  });
  expect(cutter.take(bytes("c"), "")).toBeUndefined();
  expect(cutter.take(bytes("\n\nd\ne"), "")).toEqual({
    text: "[out] bc\n[out] \n[out] d\n",
    lines: 3,
  });
  expect(cutter.finish("")).toEqual({ text: "[out] e\n", lines: 1 });
  expect(cutter.finish("")).toBeUndefined();
});

test("LineCutter leaves every byte as it was (B29)", () => {
  const all = Uint8Array.from({ length: 256 }, (_, i) => i)
    .filter((byte) => byte !== 10);
  const cutter = new LineCutter("err");
  cutter.take(all, "");
  const tagged = cutter.take(bytes("\n"), "");
  const back = Buffer.from(tagged?.text ?? "", "latin1");
  expect(back).toEqual(Buffer.from([...bytes("[err] "), ...all, 10]));
});

test("LineCutter puts the time behind the tag", () => {
  const cutter = new LineCutter("out");
  expect(cutter.take(bytes("a\nb\n"), "T ")).toEqual({
    text: "[out] T a\n[out] T b\n",
    lines: 2,
  });
});

test("LineCutter cuts what has no newline, and loses nothing (B30)", () => {
  const cutter = new LineCutter("out");
  const chunk = new Uint8Array(100_000).fill(120);
  let text = "";
  let lines = 0;
  for (let i = 0; i < 20; i++) {
    const tagged = cutter.take(chunk, "");
    text += tagged?.text ?? "";
    lines += tagged?.lines ?? 0;
  }
  text += cutter.finish("")?.text ?? "";
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
  const cutter = new LineCutter("out");
  const long = "y".repeat(LINE_MAX_BYTES + 1);
  const tagged = cutter.take(bytes(`a\n${long}\nb\n`), "");
  expect(tagged?.text.split("\n").map((line) => line.length)).toEqual([
    7,
    6 + LINE_MAX_BYTES + CUT_MARK.length,
    7,
    7,
    0,
  ]);
  expect(tagged?.lines).toBe(4);
});
