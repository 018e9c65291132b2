import { test } from "bun:test";
import { signal } from "@preact/signals";
import { assertEquals } from "@std/assert";
import type { ClientPush } from "../../server/protocol/rpc.ts";
import type {
  TerminalId,
  TerminalRecord,
} from "../../server/protocol/terminal.ts";
import { sayEnd, terminalName } from "../words.ts";
import { findTerminals, TerminalsModel } from "./terminals.ts";

function terminal(id: string, more: Partial<TerminalRecord> = {}) {
  return {
    id: id as TerminalId,
    kind: "shell",
    command: ["/usr/bin/zsh", "-l"],
    folder: "/home/ada/shop",
    size: { cols: 80, rows: 24 },
    state: { kind: "running", since: 0, pid: 1 },
    openedAt: 10,
    viewers: [],
    ...more,
  } satisfies TerminalRecord;
}

function openModel(first: readonly TerminalRecord[]) {
  let push: (push: ClientPush) => void = () => {};
  const start = signal(first);
  const model = new TerminalsModel({
    start,
    onPush(listener) {
      push = listener;
      return () => {};
    },
  });
  const set = (record: TerminalRecord) =>
    push({ method: "terminal_set", params: { terminal: record } });
  const gone = (id: string) =>
    push({ method: "terminal_gone", params: { id: id as TerminalId } });
  const ids = () => model.all.value.map(({ id }) => id as string);
  return { model, start, set, gone, ids };
}

test("TerminalsModel follows what the server says", () => {
  const { start, set, gone, ids } = openModel([terminal("a")]);
  set(terminal("b", { openedAt: 5 }));
  assertEquals(ids(), ["b", "a"]);
  gone("a");
  assertEquals(ids(), ["b"]);
  start.value = [terminal("c")];
  assertEquals(ids(), ["c"]);
});

test("TerminalsModel marks a bell until somebody looks", () => {
  const { model, set } = openModel([terminal("a")]);
  const rings = () => model.ringing.value.has("a" as TerminalId);
  assertEquals(rings(), false);
  set(terminal("a", { bellAt: 20 }));
  assertEquals(rings(), true);
  model.see("a" as TerminalId, 20);
  assertEquals(rings(), false);
  set(terminal("a", { bellAt: 30 }));
  assertEquals(rings(), true);
});

test("terminalName() is a person's, the program's own, or what it runs where", () => {
  assertEquals(terminalName(terminal("a")), "zsh · shop");
  assertEquals(terminalName(terminal("a", { cwd: "/tmp" })), "zsh · tmp");
  assertEquals(terminalName(terminal("a", { title: "vim x.ts" })), "vim x.ts");
  assertEquals(
    terminalName(terminal("a", { title: "ada@mbp: ~/shop" })),
    "zsh · shop",
  );
  assertEquals(terminalName(terminal("a", { name: "dev", title: "x" })), "dev");
});

test("sayEnd() says how a program ended", () => {
  const exited = { kind: "exited", at: 0 } as const;
  assertEquals(
    sayEnd({ ...exited, code: 3, signal: null }),
    "Exited with code 3",
  );
  assertEquals(sayEnd({ ...exited, code: 0, signal: null }), "Exited");
  assertEquals(
    sayEnd({ ...exited, code: null, signal: "SIGKILL" }),
    "Ended by SIGKILL",
  );
});

test("findTerminals() finds by name and by folder", () => {
  const all = [terminal("a"), terminal("b", { name: "logs", folder: "/var" })];
  const found = (query: string) =>
    findTerminals(all, query).map(({ id }) => id as string);
  assertEquals(found("log"), ["b"]);
  assertEquals(found("shop"), ["a"]);
  assertEquals(found("").length, 2);
});
