import { assertEquals } from "@std/assert";
import { test } from "bun:test";
import { type Line, LineSplitter } from "./stdio_lines.ts";

function split(text: string, size: number, max = 1_000): Line[] {
  const lines: Line[] = [];
  const splitter = new LineSplitter(max, (line) => lines.push(line));
  const bytes = new TextEncoder().encode(text);
  for (let at = 0; at < bytes.length; at += size) {
    const chunk = bytes.slice(at, at + size);
    splitter.push(chunk);
    chunk.fill(0x21); // The caller may reuse its memory.
  }
  return lines;
}

test("LineSplitter.push() gives lines, however the bytes are cut", () => {
  for (let size = 1; size < 9; size++) {
    assertEquals(split("één\r\n\n{}\nrest", size), [
      { kind: "line", text: "één" },
      { kind: "line", text: "{}" },
    ]);
  }
});

test("LineSplitter.push() keeps the two ends of a line that is too long", () => {
  const long = "head" + "x".repeat(5_000) + "tail";
  for (const size of [1, 7, 300, 10_000]) {
    const [first, cut, last] = split(`a\n${long}\nb\n`, size);
    assertEquals(first, { kind: "line", text: "a" });
    assertEquals(last, { kind: "line", text: "b" });
    if (cut?.kind !== "cut") throw new Error("not cut");
    assertEquals(cut.bytes, 5_008);
    assertEquals(cut.head, "head" + "x".repeat(252));
    assertEquals(cut.tail, "x".repeat(252) + "tail");
  }
});

test("LineSplitter.push() takes a line of exactly the bound", () => {
  assertEquals(split("12345\n123456\n", 4, 5).map(({ kind }) => kind), [
    "line",
    "cut",
  ]);
});
