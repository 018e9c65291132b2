import { assertEquals, assertThrows } from "@std/assert";
import { test } from "bun:test";
import type { TerminalId, TerminalRecord } from "../protocol/terminal.ts";
import { Terminals } from "./terminals.ts";

function terminal(
  id: string,
  state: TerminalRecord["state"] = { kind: "running", since: 1, pid: 2 },
): TerminalRecord {
  return {
    id: id as TerminalId,
    kind: "shell",
    command: ["sh"],
    folder: "/home/ada",
    size: { cols: 80, rows: 24 },
    state,
    openedAt: 1,
    viewers: [{ id: "v", name: "n", readOnly: false, hasSize: true }],
  };
}

function watch(terminals: Terminals): string[] {
  const seen: string[] = [];
  terminals.onChange(({ type, terminal }) =>
    seen.push(`${type} ${terminal.id} ${terminal.state.kind}`)
  );
  return seen;
}

test("Terminals.takeOver() makes what is known what the runner has", () => {
  const terminals = new Terminals();
  terminals.set(terminal("a"));
  terminals.set(terminal("b"));
  const seen = watch(terminals);
  terminals.takeOver([terminal("b"), terminal("c")]);

  assertEquals(seen, ["gone a running", "set b running", "set c running"]);
  assertEquals(terminals.running, 2);
  assertThrows(
    () => terminals.get("a" as TerminalId),
    Error,
    'Cannot find terminal "a"',
  );
});

test("Terminals.lose() keeps on show what went with the runner", () => {
  const terminals = new Terminals();
  const exited = { kind: "exited", at: 3, code: 0, signal: null } as const;
  terminals.set(terminal("a"));
  terminals.set(terminal("b", exited));
  const seen = watch(terminals);
  terminals.lose(9);

  assertEquals(seen, ["set a exited", "set b exited"]);
  assertEquals(terminals.list().map(({ state }) => state), [
    { kind: "exited", at: 9, code: null, signal: "SIGHUP" },
    exited,
  ]);
  assertEquals(terminals.list().map(({ viewers }) => viewers), [[], []]);
  assertEquals(terminals.isLost("a" as TerminalId), true);

  terminals.takeOver([]);
  assertEquals(terminals.list().length, 2);
  terminals.set(terminal("a"));
  assertEquals(terminals.isLost("a" as TerminalId), false);
  terminals.remove("b" as TerminalId);
  assertEquals(terminals.list().map(({ id }) => id), ["a" as TerminalId]);
});

test("Terminals.lose() forgets the oldest of very many", () => {
  const terminals = new Terminals();
  for (let n = 0; n < 130; n++) terminals.set(terminal(`t${n}`));
  terminals.lose(9);
  assertEquals(terminals.list().length, 100);
  assertEquals(terminals.list()[0]?.id, "t30" as TerminalId);
});

test("Terminals.set() shows long arguments cut, and keeps them whole", () => {
  const terminals = new Terminals();
  const command = ["pi", "x".repeat(10_000)];
  terminals.set({ ...terminal("a"), command });
  const [record] = terminals.list();
  assertEquals(record?.command, ["pi", `${"x".repeat(500)}…`]);
  assertEquals(terminals.commandOf("a" as TerminalId), command);
});
