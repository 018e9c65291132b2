import { assert, assertEquals } from "@std/assert";
import { test } from "bun:test";
import { columnsOf, fit, fitEnd, painter, plain, plainLines } from "./style.ts";

test("plain() leaves nothing that could move the cursor or hide text", () => {
  assertEquals(plain("a\x1b[2Jb\nc\x07\x9bd\u202ee"), "a [2Jb c de");
  assertEquals(plain("  naïve 文字 👍  "), "naïve 文字 👍");
});

test("plainLines() keeps lines and drops sequences whole", () => {
  assertEquals(plainLines("\x1b[1;31mred\x1b[0m\r\n\tnext"), "red\n\tnext");
  assertEquals(plainLines("\x1b]0;title\x07a\x1b]8;;http://x\x1b\\b"), "ab");
  assertEquals(plainLines("\x1b]52;c;aGk="), "");
  assertEquals(plainLines("a\x1bPq#0\x1b\\b\x1b(Bc\x1b=d\x1b7"), "abcd");
  assertEquals(plainLines("a\x00b\x08c\x7fd\x85e"), "abcde");
  assertEquals(plainLines("50%\rdone"), "50%\ndone");
});

test("fit() cuts by what a terminal shows, not by letters", () => {
  assertEquals(fit("hello", 5), "hello");
  assertEquals(fit("hello", 4), "hel…");
  assertEquals(fit("文字文字", 5), "文字…");
  assertEquals(fit("文字文字", 4), "文…");
  assertEquals(fit("👨‍👩‍👧‍👦abc", 3), "👨‍👩‍👧‍👦…");
  assertEquals(fit("hello", 0), "");
  assertEquals(fitEnd("/home/ada/shop", 6), "…/shop");
  assertEquals(fitEnd("/a", 6), "/a");
});

test("colours are for terminals only, and not for those who do without", () => {
  const tty = { isTTY: true };
  const before = { ...process.env };
  try {
    delete process.env.NO_COLOR;
    process.env.TERM = "xterm";
    assertEquals(painter(tty)("x", "red"), "\x1b[31mx\x1b[0m");
    assertEquals(painter(tty)("", "red"), "");
    assertEquals(painter({})("x", "red"), "x");
    process.env.NO_COLOR = "1";
    assertEquals(painter(tty)("x", "red"), "x");
    delete process.env.NO_COLOR;
    process.env.TERM = "dumb";
    assertEquals(painter(tty)("x", "red"), "x");
  } finally {
    process.env.TERM = before.TERM;
    if (before.NO_COLOR) process.env.NO_COLOR = before.NO_COLOR;
  }
});

test("columnsOf() is endless where nobody counts", () => {
  assertEquals(columnsOf({ isTTY: true, columns: 100 }), 100);
  assertEquals(columnsOf({ isTTY: true }), 80);
  assert(columnsOf({ columns: 100 }) === Infinity);
});
