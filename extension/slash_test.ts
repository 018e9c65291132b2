import { test } from "bun:test";
import { assertEquals } from "@std/assert";
import { offeredCommands, readSlash } from "./slash.ts";

const known = new Set(["deploy", "skill:review"]);

function kindOf(text: string, version = "1.5.2") {
  return readSlash(text, known, version).kind;
}

test("readSlash() runs what pi knows, and leaves other text alone", () => {
  assertEquals(kindOf("/deploy now"), "expand");
  assertEquals(kindOf("/skill:review"), "expand");
  assertEquals(kindOf("/tmp/a.txt is broken"), "text");
  assertEquals(kindOf("/unknown"), "text");
  assertEquals(kindOf("plain"), "text");
  assertEquals(kindOf("/"), "text");
});

test("readSlash() does pi's own commands where there is a way", () => {
  assertEquals(readSlash("/compact  keep names", known, ""), {
    kind: "compact",
    instructions: "keep names",
  });
  assertEquals(readSlash("/name my shop", known, ""), {
    kind: "name",
    name: "my shop",
  });
  assertEquals(kindOf("/new"), "new");
  assertEquals(kindOf("/name"), "refused");
});

test("readSlash() refuses what needs the terminal, and says so", () => {
  assertEquals(readSlash("/tree", known, "1.5.2"), {
    kind: "refused",
    reason: 'Cannot run "/tree" from here: only in the terminal',
  });
});

test("readSlash() refuses on a pi that cannot run commands", () => {
  assertEquals(readSlash("/deploy", known, "0.74.2"), {
    kind: "refused",
    reason: 'Cannot run "/deploy": pi 0.84.2 or newer is needed',
  });
  assertEquals(kindOf("/new", "0.84.1"), "refused");
  assertEquals(kindOf("/compact", "0.74.2"), "compact");
});

test("offeredCommands() leaves out what cannot be run", () => {
  const commands = [
    { name: "deploy", description: "Ship it", source: "extension" },
    { name: "hyper-new", source: "extension" },
  ];
  const names = (version: string) =>
    offeredCommands(commands, version).map(({ name }) => name);
  assertEquals(names("1.5.2"), ["compact", "name", "new", "deploy"]);
  assertEquals(names("0.74.2"), ["compact", "name"]);
});
