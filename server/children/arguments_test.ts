import { assertEquals, assertThrows } from "@std/assert";
import { test } from "bun:test";
import { checkArguments, piArguments } from "./arguments.ts";

const ID = { kind: "id", id: "0d1c" } as const;

test("piArguments() fixes the session, and puts the prompt last", () => {
  assertEquals(piArguments(ID, {}), ["--session-id", "0d1c"]);
  assertEquals(
    piArguments({ kind: "file", file: "/home/ada/s.jsonl" }, {
      model: "fake/fast",
      thinking: "high",
      name: " Shop ",
      args: ["--approve", "--tools", "read,bash"],
      prompt: "Fix it\nall",
    }),
    [
      "--session",
      "/home/ada/s.jsonl",
      "--name",
      "Shop",
      "--model",
      "fake/fast",
      "--thinking",
      "high",
      "--approve",
      "--tools",
      "read,bash",
      "Fix it\nall",
    ],
  );
});

test("piArguments() keeps a prompt a prompt, and a name a name", () => {
  for (const words of ["-e evil", "--help", "@/etc/passwd", "/quit", "-"]) {
    const [, , prompt] = piArguments(ID, { prompt: words });
    assertEquals(prompt, ` ${words}`);
    const named = piArguments(ID, { name: words });
    assertEquals(named.slice(2), ["--name", ` ${words}`]);
  }
  assertEquals(piArguments(ID, { prompt: " \n", name: "  " }).length, 2);
});

test("piArguments() refuses what would not be one argument", () => {
  assertThrows(
    () => piArguments(ID, { prompt: "a\0b" }),
    Error,
    "null character",
  );
  assertThrows(
    () => piArguments(ID, { prompt: "ü".repeat(70_000) }),
    Error,
    "send it as a prompt once the agent is there",
  );
  for (const model of ["-x", "--api-key", ""]) {
    assertThrows(() => piArguments(ID, { model }), Error, "needs a value");
  }
});

test("checkArguments() passes on what is on the list, and nothing else", () => {
  checkArguments(["-a", "--no-mcp", "-xt", "bash", "--models", "a,b:high"]);
  const refused: string[][] = [
    ["-e", "/tmp/evil.ts"],
    ["--extension=/x"],
    ["--approve=1"],
    ["--session-dir", "/x"],
    ["--api-key", "x"],
    ["--append-system-prompt", "/etc/passwd"],
    ["--mode", "rpc"],
    ["-p"],
    ["--no-extensions"],
    ["--"],
    ["hello"],
    [""],
    ["--tools", "read", "more"],
    ["constructor"],
  ];
  for (const args of refused) {
    assertThrows(() => checkArguments(args), Error, "not on the list");
  }
  for (const args of [["--tools"], ["--tools", "-e"], ["--models", ""]]) {
    assertThrows(() => checkArguments(args), Error, "needs a value");
  }
});
