import { assertEquals, assertThrows } from "@std/assert";
import { test } from "bun:test";
import type { NodeId, NodeRecord } from "../protocol/node.ts";
import type { TerminalId, TerminalRecord } from "../protocol/terminal.ts";
import { allOf, findOne, idOf, NotFoundError, shortIds } from "./find.ts";

function node(id: string, name: string, isOffline = false): NodeRecord {
  return {
    id: id as NodeId,
    machine: "mbp",
    cwd: `/home/ada/${name}`,
    port: 0,
    joinedAt: 1,
    state: isOffline
      ? { kind: "offline", since: 1, reason: "quit" }
      : { kind: "idle", since: 1 },
  };
}

function terminal(id: string, more: Partial<TerminalRecord> = {}) {
  return {
    id: id as TerminalId,
    kind: "shell",
    command: ["/bin/bash"],
    folder: "/home/ada",
    size: { cols: 80, rows: 24 },
    state: { kind: "running", since: 1, pid: 7 },
    openedAt: 1,
    viewers: [],
    ...more,
  } satisfies TerminalRecord;
}

const ALL = allOf({
  nodes: [
    node("019a1111-aaaa", "shop"),
    node("019a1111-bbbb", "docs"),
    node("7c000000-cccc", "shop", true),
    node("8d000000-dddd", "attic", true),
    node("9e000000-eeee", "attic", true),
    node("f0000000-ffff", "site"),
  ],
  terminals: [
    terminal("t-agent-1", { node: "f0000000-ffff" as NodeId, kind: "agent" }),
    terminal("t-build-2", { name: "Build" }),
    terminal("t-quiet-3", { title: "vim notes" }),
  ],
});

const found = (word: string) => idOf(findOne(word, ALL));

test("a whole ID, a name or the start of either will do", () => {
  assertEquals(found("019a1111-aaaa"), "019a1111-aaaa");
  assertEquals(found("019a1111-b"), "019a1111-bbbb");
  assertEquals(found("docs"), "019a1111-bbbb");
  assertEquals(found("DOCS"), "019a1111-bbbb");
  assertEquals(found("do"), "019a1111-bbbb");
  assertEquals(found("build"), "t-build-2");
  assertEquals(found("vim n"), "t-quiet-3");
});

test("what is there goes before what is gone", () => {
  assertEquals(found("shop"), "019a1111-aaaa");
  assertEquals(found("7c"), "7c000000-cccc");
});

test("an agent and its terminal are one, found by either ID", () => {
  assertEquals(found("t-agent"), "f0000000-ffff");
  assertEquals(ALL.length, 8);
});

test("several are listed, so that one can be named", () => {
  assertThrows(() => found("attic"), NotFoundError, "8d0000  attic");
  assertThrows(() => found("019a1111"), NotFoundError, "019a1111-b  docs");
  assertThrows(() => found("zzz"), NotFoundError, 'Cannot find "zzz"');
});

test("shortIds() tells IDs apart by their starts", () => {
  const short = shortIds(["019a1111-aaaa", "019a1111-bbbb", "7c000000"]);
  assertEquals(short.get("019a1111-aaaa"), "019a1111-a");
  assertEquals(short.get("7c000000"), "7c0000");
  assertEquals(shortIds(["ab"]).get("ab"), "ab");
});
