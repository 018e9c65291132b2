import { assert, assertEquals } from "@std/assert";
import { test } from "bun:test";
import { type Column, table } from "./table.ts";

const COLUMNS: Column[] = [
  { head: "ID" },
  { head: "NAME", least: 6 },
  { head: "FOLDER", least: 8, keepsEnd: true },
  { head: "ABOUT", least: 10, isExtra: true },
];

const ROWS = [
  ["a1", "shop", "~/work/shop", "writes the checkout page again"],
  ["b22", "文字の整理", "~/a", ""],
].map((row) => row.map((text) => ({ text })));

const paint = (text: string) => text;

test("columns are aligned, the last one is not padded", () => {
  assertEquals(
    table(COLUMNS, ROWS, { width: Infinity, paint }),
    [
      "ID   NAME        FOLDER       ABOUT",
      "a1   shop        ~/work/shop  writes the checkout page again",
      "b22  文字の整理  ~/a",
      "",
    ].join("\n"),
  );
});

test("the widest gives way first, and each keeps its least", () => {
  const text = table(COLUMNS, ROWS, { width: 44, paint });
  assertEquals(
    text.split("\n")[1],
    "a1   shop        ~/work/shop  writes the ch…",
  );
  const narrow = table(COLUMNS, ROWS, { width: 33, paint });
  assertEquals(narrow.split("\n")[1], "a1   shop    …rk/shop  writes th…");
});

test("an extra column goes when it would be too narrow", () => {
  const text = table(COLUMNS, ROWS, { width: 31, paint });
  assertEquals(text.split("\n")[0], "ID   NAME        FOLDER     ".trimEnd());
  assert(!text.includes("writes"));
});

test("no line is wider than there is room, as far as the least allow", () => {
  for (let width = 21; width < 90; width++) {
    const lines = table(COLUMNS, ROWS, { width, paint }).split("\n");
    for (const line of lines) {
      assert(Bun.stringWidth(line.trimEnd()) <= width, `${width}: ${line}`);
    }
  }
});

test("colour takes no place", () => {
  const red = (text: string) => `\x1b[31m${text}\x1b[0m`;
  const rows = [[{ text: "x", colour: "red" as const }, { text: "y" }]];
  const lines = table([{ head: "AAA" }, { head: "B" }], rows, {
    width: 80,
    paint: red,
  }).split("\n");
  assertEquals(lines[1], "\x1b[31mx\x1b[0m    y");
});
