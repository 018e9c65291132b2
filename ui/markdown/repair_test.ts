import { assertEquals } from "@std/assert";
import { test } from "bun:test";
import { repairTail } from "./repair.ts";

const CASES: readonly (readonly [open: string, shown: string])[] = [
  ["plain text", "plain text"],
  ["a **bold", "a **bold**"],
  ["a **bold** and *it", "a **bold** and *it*"],
  ["a **bold _both", "a **bold _both_**"],
  ["a **", "a "],
  ["`code", "`code`"],
  ["**in `code", "**in `code`**"],
  ["a `", "a "],
  ["~~gone", "~~gone~~"],
  ["see [the no", "see the no"],
  ["see [the notes](https://exa", "see the notes"],
  [
    "see [the notes](https://example.com)",
    "see [the notes](https://example.com)",
  ],
  ["a footnote [1]", "a footnote [1]"],
  ["snake_case", "snake_case"],
  ["2 * 3", "2 * 3"],
  ["escaped \\*star", "escaped \\*star"],
  ["`a * b` and", "`a * b` and"],
];

for (const [open, shown] of CASES) {
  test(`repairTail() shows "${open}" as "${shown}"`, () => {
    assertEquals(repairTail(open), shown);
  });
}
