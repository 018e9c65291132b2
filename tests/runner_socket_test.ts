/** The runner's socket: who may speak to it, and what it does with nonsense. */

import { expect, test } from "bun:test";
import { statSync } from "node:fs";
import { encodeControl, encodeFrame } from "../server/frames.ts";
import { FRAME_KIND } from "../server/protocol/runner.ts";
import type { TerminalId } from "../server/protocol/terminal.ts";
import { makeChance } from "./harness/random.ts";
import { TestRunner } from "./harness/runner.ts";
import { RunnerClient } from "./harness/runner_client.ts";
import { until } from "./harness/until.ts";

const encoder = new TextEncoder();

test("folder and socket are this user's alone, and say who is there", async () => {
  await using runner = await TestRunner.start();
  const hello = await runner.client.hello.promise;

  expect(statSync(runner.dataDir).mode & 0o777).toBe(0o700);
  expect(statSync(runner.socket).mode & 0o777).toBe(0o600);
  expect(hello).toMatchObject({ oldest: 1, newest: 1, pid: runner.pid });
  expect(hello.startedAt).toBeGreaterThan(Date.now() - 60_000);
});

test("a daemon of another version gets the hello, and no more", async () => {
  await using runner = await TestRunner.start();
  const later = { oldest: 2, newest: 9 };
  const wider = { oldest: 1, newest: 9 };

  const refused = await RunnerClient.connect(runner.socket, later);
  expect((await refused.hello.promise).newest).toBe(1);
  await refused.closed.promise;
  const taken = await RunnerClient.connect(runner.socket, wider);
  expect(await taken.call("watch", {})).toEqual({ terminals: [] });
  taken.close();
});

test("a wrong call is answered with a code, and the connection goes on", async () => {
  await using runner = await TestRunner.start();
  const id = "t1" as TerminalId;
  const wrong: [Record<string, unknown>, string][] = [
    [{ id: 1, method: "dance" }, 'Cannot find method "dance"'],
    [{ id: 2, method: "constructor" }, "Cannot find method"],
    [
      { id: 3, method: "end", params: { terminal: id } },
      "Cannot find terminal",
    ],
    [{ id: 4, method: "open", params: { id } }, "params.kind"],
    [{ id: 5, method: "attach", params: { terminal: id } }, "readOnly"],
    [{ id: 6, method: 7 }, "call.method"],
  ];
  const client = await RunnerClient.connect(runner.socket);
  for (const [call, message] of wrong) {
    await expect(client.raw(call)).rejects.toThrow(message);
  }
  for (
    const params of [
      { folder: "relative" },
      { command: [] },
      { size: { cols: 0, rows: 24 } },
      { size: { cols: 80, rows: 1_001 } },
      { env: { "A=B": "" } },
      { command: ["a\0b"] },
    ]
  ) {
    await expect(runner.open(["sh"], params as never))
      .rejects.toThrow("bad_request");
  }
  expect(await client.call("watch", {})).toEqual({ terminals: [] });
  client.close();
});

const NONSENSE: Record<string, Uint8Array> = {
  "an HTTP request": encoder.encode(
    "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
  ),
  "a frame that is too long": new Uint8Array([0xff, 0xff, 0xff, 0x7f, 0]),
  "a frame of no kind": new Uint8Array([1, 0, 0, 0, 9, 0]),
  "bytes without a terminal": encodeFrame(
    FRAME_KIND.bytes,
    encoder.encode("x"),
  ),
  "no JSON": encodeFrame(FRAME_KIND.control, encoder.encode("{")),
  "no UTF-8": encodeFrame(FRAME_KIND.control, new Uint8Array([0xff, 0xfe])),
  "JSON that is no call": encodeControl([1, 2, 3]),
  "JSON that is nothing": encodeFrame(
    FRAME_KIND.control,
    encoder.encode("null"),
  ),
};

for (const [name, bytes] of Object.entries(NONSENSE)) {
  test(`${name} ends its own connection only`, async () => {
    await using runner = await TestRunner.start();
    const { id } = await runner.open(["cat"]);
    using viewer = await runner.attach(id);
    const client = await RunnerClient.connect(runner.socket);

    client.write(bytes);
    await client.closed.promise;

    viewer.type("still here\r");
    await viewer.sees("still here");
  });
}

test("random frames end connections, and nothing else", async () => {
  await using runner = await TestRunner.start();
  const { id } = await runner.open(["cat"]);
  const { below, pick } = makeChance(7);
  const words = [
    { type: "ack", offset: 1e15 },
    { type: "ack", offset: -1 },
    { type: "ack" },
    { type: "size", cols: 1, rows: 1 },
    { type: "size", cols: "80", rows: null },
    { type: "claim" },
    { type: "hello" },
    { type: "bye", more: [] },
    {},
  ];
  for (let round = 0; round < 60; round++) {
    const viewer = await runner.attach(id);
    for (let frame = below(6); frame >= 0; frame--) {
      viewer.client.send(pick(words));
      viewer.client.sendBytes(encoder.encode("\x1b[c\xff".repeat(below(9))));
    }
    if (below(2)) {
      viewer.client.write(new Uint8Array(below(40)).fill(below(256)));
    }
    viewer.client.close();
  }

  using viewer = await runner.attach(id);
  viewer.type("still here\r");
  await viewer.sees("still here");
}, 20_000);

test("shutdown ends every child, answers, and then the runner", async () => {
  await using runner = await TestRunner.start();
  const { state } = await runner.open(["sh", "-c", "trap '' HUP; sleep 50"]);
  const pid = state.kind === "running" ? state.pid : 0;

  expect(await runner.call("shutdown", {})).toEqual({});

  expect(await runner.exited).toBe(0);
  expect(() => process.kill(pid, 0)).toThrow();
});

test("SIGHUP is ignored; without children and connections it ends by itself", async () => {
  await using runner = await TestRunner.start({ args: ["--idle", "1"] });
  process.kill(runner.pid, "SIGHUP");
  const { id } = await runner.open(["sh", "-c", "sleep 2"]);
  runner.client.close();
  await Bun.sleep(1_500);
  // The child keeps it.
  const client = await RunnerClient.connect(runner.socket);
  await until(async () => {
    const { terminals } = await client.call("watch", {});
    return terminals.find((one) => one.id === id)?.state.kind === "exited";
  });
  client.close();

  expect(await runner.exited).toBe(0);
});
