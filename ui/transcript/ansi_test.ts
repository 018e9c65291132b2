import { assertEquals } from "@std/assert";
import { test } from "bun:test";
import { plainText, runsOf } from "./ansi.ts";

test("runsOf() gives colours and flags as class names", () => {
  assertEquals(runsOf("\x1b[1;32mok\x1b[0m done \x1b[91;44mbad"), [
    { text: "ok", style: "sgr-2 sgr-bold" },
    { text: " done ", style: "" },
    { text: "bad", style: "sgr-9 sgr-on-4" },
  ]);
});

test("runsOf() reduces more colours to the theme's sixteen", () => {
  const styles = runsOf(
    "\x1b[38;5;196ma\x1b[38;2;20;200;30mb\x1b[48;5;255mc\x1b[38;5;3md",
  ).map((run) => run.style);
  assertEquals(styles, [
    "sgr-9",
    "sgr-2",
    "sgr-2 sgr-on-15",
    "sgr-3 sgr-on-15",
  ]);
});

test("runsOf() keeps what the last carriage return left", () => {
  assertEquals(runsOf("10 %\r50 %\r100 %\r"), [{ text: "100 %", style: "" }]);
});

test("runsOf() drops every other sequence, whole or cut", () => {
  const text = "a\x1b[2Kb\x1b]8;;https://x.test\x07link\x1b]8;;\x1b\\c\x1b[31" +
    "\x1b(Bd\x07\x00e\x1b]0;title";
  assertEquals(plainText(text), "ablinkcde");
});

test("runsOf() never gives a class that is not its own", () => {
  const words = runsOf("\x1b[31;999;38;5;99999;48;2;-1;x;NaNmtext")
    .flatMap((run) => run.style.split(" ")).filter(Boolean);
  for (const word of words) assertEquals(/^sgr-[a-z0-9-]+$/.test(word), true);
});
