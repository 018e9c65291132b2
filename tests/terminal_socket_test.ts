/** `/ws/terminal/{id}`: bytes both ways, control beside them, and its ends. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { test } from "bun:test";
import type { TerminalRecord } from "../server/protocol/terminal.ts";
import { Hypivisor } from "./harness/hypivisor.ts";
import { OPCODE, RawSocket } from "./harness/raw_socket.ts";
import { TestSocket } from "./harness/socket.ts";
import { TerminalView } from "./harness/terminal_view.ts";
import { until } from "./harness/until.ts";

const PRINTED = 3 * 1024 * 1024;

async function open(
  hypivisor: Hypivisor,
  command?: readonly string[],
): Promise<TerminalRecord> {
  const answer = await hypivisor.fetch("/api/terminals", {
    method: "POST",
    body: JSON.stringify({ folder: hypivisor.dataDir, command }),
  });
  assertEquals(answer.status, 200, await answer.clone().text());
  return await answer.json();
}

/** A daemon whose home is its data directory: shells find nothing there. */
async function start(args: readonly string[] = []): Promise<Hypivisor> {
  return await Hypivisor.start({ args, inOwnHome: true });
}

test("a terminal is opened, typed into, seen by two, renamed and closed", async () => {
  await using hypivisor = await start();
  await using client = await TestSocket.open(hypivisor.socketUrl("/ws"));
  assertEquals((await client.call("subscribe")).terminals, []);
  const { id } = await open(hypivisor, ["/bin/sh", "-i"]);

  await using one = await TerminalView.open(hypivisor, `/ws/terminal/${id}`, {
    query: "cols=90&rows=20&name=one",
  });
  await using two = await TerminalView.open(hypivisor, `/ws/terminal/${id}`, {
    acknowledges: true,
    query: "readonly=1&name=two",
  });
  await until(() => two.last("attached"));
  one.type("echo 4$((1+1))\r");
  await one.sees("42\r\n");
  await two.sees("42\r\n");
  two.type("exit\r");
  await until(() => two.last("refused"));

  await client.call("rename_terminal", { terminal: id, name: " build " });
  await until(
    () =>
      client.frames.some(({ method, params }) =>
        method === "terminal_set" && params.terminal.name === "build" &&
        params.terminal.viewers.length === 2
      ),
    { seen: () => client.frames.slice(-3) },
  );
  const shown = await (await hypivisor.fetch(`/api/terminals/${id}`)).json();
  assertEquals(shown.size, { cols: 90, rows: 20 });
  const names = shown.viewers.map(({ name }: { name: string }) => name).sort();
  assertEquals(names, ["one", "two"]);

  const closed = await hypivisor.fetch(`/api/terminals/${id}`, {
    method: "DELETE",
  });
  assertEquals(closed.status, 200);
  for (const view of [one, two]) {
    assertEquals((await view.socket.whenClosed()).code, 4404);
  }
  await client.frame(({ method, params }) =>
    method === "terminal_gone" && params.id === id
  );
  const gone = await hypivisor.fetch(`/api/terminals/${id}`);
  assertEquals(gone.status, 404);
});

test("a program's end is told with its code, and it can be run again", async () => {
  await using hypivisor = await start();
  const { id } = await open(hypivisor, ["/bin/sh", "-c", "read a; exit $a"]);
  await using view = await TerminalView.open(hypivisor, `/ws/terminal/${id}`);
  await until(() => view.last("screen"));
  view.type("7\r");
  const code = await until(() => {
    const state = view.last("terminal")?.terminal.state;
    return state?.kind === "exited" && state.code;
  });
  assertEquals(code, 7);
  const again = await hypivisor.fetch(`/api/terminals/${id}/restart`, {
    method: "POST",
  });
  assertEquals((await again.json()).state.kind, "running");
});

test("output arrives whole and in order, acknowledged or not", async () => {
  await using hypivisor = await start();
  const count = "seq 1 2000000 | head -c " + PRINTED;
  for (const acknowledges of [true, false]) {
    const { id } = await open(hypivisor, [
      "/bin/sh",
      "-c",
      `stty -opost -echo; echo ready; read go; ${count}; read end`,
    ]);
    await using view = await TerminalView.open(
      hypivisor,
      `/ws/terminal/${id}`,
      { acknowledges },
    );
    await view.sees("ready\n");
    const before = view.bytes.length;
    view.type("\r");
    await until(() => view.bytes.length >= before + PRINTED, {
      withinMs: 20_000,
      seen: () => view.bytes.length,
    });
    const text = view.text.slice(before);
    const wanted = Array.from({ length: 2_000_000 }, (_, n) => n + 1)
      .join("\n").slice(0, PRINTED);
    assert(text.slice(0, PRINTED) === wanted, "The stream has a gap");
    assertEquals(view.screens, 1);
    await hypivisor.fetch(`/api/terminals/${id}`, { method: "DELETE" });
  }
}, 60_000);

test("a paste of 1 MiB in one frame arrives whole", async () => {
  await using hypivisor = await start();
  const { id } = await open(hypivisor, [
    "/bin/sh",
    "-c",
    "stty raw -echo; echo ready; head -c 1048576 | cksum",
  ]);
  await using view = await TerminalView.open(hypivisor, `/ws/terminal/${id}`);
  await view.sees("ready");
  const paste = Buffer.alloc(1024 * 1024);
  for (let n = 0; n < paste.length; n++) paste[n] = 33 + n % 89;
  const sum = Bun.spawn(["cksum"], { stdin: paste, stdout: "pipe" });
  view.socket.raw.send(paste);
  await view.sees((await new Response(sum.stdout).text()).trim(), 15_000);
}, 30_000);

test("frames that cannot be read close the socket, with the reason", async () => {
  await using hypivisor = await start();
  const { id } = await open(hypivisor, ["/bin/sh", "-c", "sleep 60"]);
  const bad: [string, RegExp][] = [
    ["ls", /parse/],
    ["{}", /frame.type/],
    ['{"type":"bye"}', /one of ack, size, claim/],
    ['{"type":"size","cols":0,"rows":5}', /frame.cols/],
    ['{"type":"ack","offset":-1}', /frame.offset/],
    ["[".repeat(100_000), /nested/],
  ];
  for (const [frame, reason] of bad) {
    await using view = await TerminalView.open(hypivisor, `/ws/terminal/${id}`);
    view.socket.send(frame);
    const closed = await view.socket.whenClosed();
    assertEquals(closed.code, 4400, frame.slice(0, 40));
    assertMatch(closed.reason, reason);
  }
  await using far = await TerminalView.open(hypivisor, `/ws/terminal/${id}`, {
    acknowledges: true,
  });
  far.socket.send({ type: "ack", offset: Number.MAX_SAFE_INTEGER });
  far.socket.send({ type: "claim" });
  await until(() => far.last("screen"));
  assertEquals(far.socket.closed, undefined);
});

test("what is not there is said at once", async () => {
  await using hypivisor = await start();
  for (const id of ["nope", "a%20b", "x".repeat(300), "%zz", "%2F..%2F", ""]) {
    await using view = await TerminalView.open(hypivisor, `/ws/terminal/${id}`);
    assertEquals((await view.socket.whenClosed()).code, 4404, id);
  }
  for (const query of ["cols=0&rows=1", "cols=80", "cols=1e9&rows=1"]) {
    const answer = await hypivisor.fetch(`/ws/terminal/x?${query}`, {
      headers: {
        upgrade: "websocket",
        connection: "upgrade",
        "sec-websocket-version": "13",
        "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
      },
    });
    assertEquals(answer.status, 400, query);
  }
  assert(!hypivisor.stderr.includes("_failed"), hypivisor.stderr);
});

test("keys typed before the runner has answered are not lost", async () => {
  await using hypivisor = await start();
  const { id } = await open(hypivisor, [
    "/bin/sh",
    "-c",
    "read a; echo got-$a",
  ]);
  const path = `/ws/terminal/${id}?token=${hypivisor.token}`;
  await using raw = await RawSocket.upgrade(hypivisor.port, path);
  raw.send({ opcode: OPCODE.binary, payload: "ear" });
  raw.send({ opcode: OPCODE.text, payload: '{"type":"claim"}' });
  raw.send({ opcode: OPCODE.binary, payload: "ly\r" });
  await raw.until("got-early");
});

test("the daemon's stop closes with 1001, and the place is held", async () => {
  await using hypivisor = await start();
  const { id } = await open(hypivisor, [
    "/bin/sh",
    "-c",
    "stty -echo; while read a; do echo got-$a; done",
  ]);
  const first = await TerminalView.open(hypivisor, `/ws/terminal/${id}`, {
    acknowledges: true,
  });
  await until(() => first.last("screen"));
  first.type("one\r");
  await first.sees("got-one");
  const { stream, offset } = first;
  await hypivisor.stop();
  assertEquals((await first.socket.whenClosed()).code, 1001);

  await hypivisor.start();
  const kept = await until(async () => {
    const answer = await hypivisor.fetch("/api/terminals");
    const { terminals } = await answer.json();
    return terminals.length === 1 && terminals[0];
  });
  assertEquals(kept.id, id);
  assertEquals(kept.state.kind, "running");
  await using again = await TerminalView.open(hypivisor, `/ws/terminal/${id}`, {
    acknowledges: true,
    query: `stream=${stream}&offset=${offset}`,
  });
  again.type("two\r");
  await again.sees("got-two");
  assertEquals(again.last("resumed")?.offset, offset);
  assert(!again.text.includes("got-one"));
});
