import { test } from "bun:test";
import { assertEquals } from "@std/assert";
import type { NodeId, NodeRecord } from "../../server/protocol/node.ts";
import {
  asTyped,
  folderRows,
  knownFolders,
  parentOf,
  readTyped,
} from "./folder_field.ts";

const HOME = "/home/ada";

function node(cwd: string, isHere: boolean, since: number): NodeRecord {
  return {
    id: `${cwd} ${since}` as NodeId,
    machine: "mbp",
    cwd,
    port: 0,
    joinedAt: 0,
    branch: "main",
    state: isHere
      ? { kind: "idle", since }
      : { kind: "offline", since, reason: "quit" },
  };
}

const KNOWN = knownFolders([
  node("/home/ada/src/old", false, 900),
  node("/home/ada/src/shop", true, 100),
  node("/home/ada/src/shop", true, 200),
], "mbp");

test("readTyped() takes a path apart, from the home where nothing else is said", () => {
  const read = (text: string) => {
    const { parent, fragment } = readTyped(text, HOME);
    return [parent, fragment];
  };
  assertEquals(read(""), [HOME, ""]);
  assertEquals(read("hyp"), [HOME, "hyp"]);
  assertEquals(read("~"), [HOME, ""]);
  assertEquals(read("~/src/hyp"), ["/home/ada/src", "hyp"]);
  assertEquals(read("src/"), ["/home/ada/src", ""]);
  assertEquals(read("/srv/x/"), ["/srv/x", ""]);
  assertEquals(read("/srv"), ["/", "srv"]);
  assertEquals(readTyped("~/src/hyp", undefined).parent, undefined);
});

test("asTyped() gives back what can be typed on", () => {
  assertEquals(asTyped("/home/ada/src", HOME), "~/src/");
  assertEquals(asTyped("/home/adam", HOME), "/home/adam/");
  assertEquals(asTyped("/", HOME), "/");
  assertEquals(parentOf("/home"), "/");
});

test("knownFolders() puts those with agents first and counts them", () => {
  assertEquals(
    [...KNOWN.values()].map(({ path, agents, lastAt }) =>
      `${path} ${agents} ${lastAt}`
    ),
    ["/home/ada/src/shop 2 200", "/home/ada/src/old 0 900"],
  );
  assertEquals(knownFolders([...[]], "mbp").size, 0);
  assertEquals(knownFolders([node("/x", true, 1)], "other").size, 0);
});

const say = (typed: string, names: readonly string[]) =>
  folderRows(readTyped(typed, HOME), names, KNOWN).map((row) =>
    row.kind === "recent"
      ? `recent ${row.facts.path}`
      : `${row.kind} ${row.name}`
  );

test("folderRows() begins with the folders that agents know", () => {
  assertEquals(say("", ["docs", "src"]), [
    "recent /home/ada/src/shop",
    "recent /home/ada/src/old",
    "folder docs",
    "folder src",
  ]);
});

test("folderRows() filters, beginnings first, and offers to create", () => {
  assertEquals(say("~/src/hyp", ["docs-hyp", "hyper-pi", "shop"]), [
    "folder hyper-pi",
    "folder docs-hyp",
    "create hyp",
  ]);
  assertEquals(say("~/src/shop", ["shop"]), ["folder shop"]);
  assertEquals(say("~/src/..", ["shop"]), []);
});
