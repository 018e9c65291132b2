import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { test } from "bun:test";
import { COMMANDS } from "./commands.ts";
import { helpOf, overview, servicesOverview, xyOverview } from "./help.ts";
import { longOf } from "./parse.ts";

const ROWS = 24;
const COLUMNS = 80;

function widest(text: string): number {
  return Math.max(...text.split("\n").map((line) => Bun.stringWidth(line)));
}

test("the list of commands fits a small terminal, with its prompt", () => {
  const text = overview(COMMANDS);
  assert(text.trimEnd().split("\n").length < ROWS, text);
  assert(widest(text) < COLUMNS);
  for (const { name, isHidden, group } of COMMANDS) {
    const line = group ? `^Services:[^]* ${name}(,|$)` : `^  ${name} `;
    assertEquals(new RegExp(line, "m").test(text), !isHidden, name);
  }
});

test("the list of commands for services fits as well", () => {
  for (const text of [servicesOverview(COMMANDS), xyOverview(COMMANDS)]) {
    assert(text.trimEnd().split("\n").length < ROWS, text);
    assert(widest(text) < COLUMNS, text);
  }
});

test("help of each command fits a small terminal, but for the daemon's", () => {
  for (const command of COMMANDS) {
    const text = helpOf(command);
    const rows = text.trimEnd().split("\n").length;
    assert(rows < ROWS || command.name === "serve", `${rows}: ${text}`);
    assert(widest(text) <= COLUMNS, text);
    for (const option of command.options) {
      assertStringIncludes(text, longOf(option));
    }
  }
});

test("names and summaries are made alike", () => {
  const names = COMMANDS.map(({ name }) => name);
  assertEquals(new Set(names).size, names.length);
  for (const { name, summary, options } of COMMANDS) {
    assert(/^[a-z]+$/.test(name), name);
    assert(/^[A-Z].*[^.]$/.test(summary), summary);
    const long = options.map((option) => option.name);
    assertEquals(new Set(long).size, long.length, `${name}: ${long}`);
    const shorts = options.flatMap(({ short }) => short ? [short] : []);
    assertEquals(new Set(shorts).size, shorts.length, `${name}: ${shorts}`);
    assert(
      !shorts.includes("h") && options.every((one) => one.name !== "help"),
    );
  }
});
