import { assertEquals } from "@std/assert";
import { test } from "bun:test";
import { closest, suggest } from "./suggest.ts";

const KNOWN = ["ls", "spawn", "send", "attach", "terminals", "shutdown"];

test("closest() finds what was mistyped", () => {
  const meant: Record<string, string | undefined> = {
    l: "ls",
    sl: "ls",
    spwan: "spawn",
    sned: "send",
    atach: "attach",
    attahc: "attach",
    terminal: "terminals",
    shutdwon: "shutdown",
    xyz: undefined,
    list: undefined,
    "": undefined,
  };
  for (const [word, found] of Object.entries(meant)) {
    assertEquals(closest(word, KNOWN), found, word);
  }
});

test("suggest() says nothing where nothing is near", () => {
  assertEquals(suggest("spwan", KNOWN), '. Did you mean "spawn"?');
  assertEquals(suggest("frobnicate", KNOWN), "");
  assertEquals(suggest("ter", KNOWN), '. Did you mean "terminals"?');
  assertEquals(
    suggest("claude", ["claude-code", "cursor", "claude-desktop"]),
    '. Did you mean "claude-code" or "claude-desktop"?',
  );
  assertEquals(suggest("", KNOWN), "");
});
