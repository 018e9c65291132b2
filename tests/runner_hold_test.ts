/** The daemon and its runner: found, started, hung, foreign, or not to be had. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { test } from "bun:test";
import {
  mkdirSync,
  mkdtempSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { encodeControl } from "../server/frames.ts";
import { daemonSocket } from "../server/paths.ts";
import { RUNNER_PROTOCOL } from "../server/protocol/runner.ts";
import { endRunner } from "./harness/runner_end.ts";
import { Hypivisor } from "./harness/hypivisor.ts";
import { TestSocket } from "./harness/socket.ts";
import { TerminalView } from "./harness/terminal_view.ts";
import { until } from "./harness/until.ts";

/** A data directory that is there before the daemon. */
function makeDir(): { path: string } & AsyncDisposable {
  const path = mkdtempSync(join(tmpdir(), "hypivisor-hold-"));
  return {
    path,
    async [Symbol.asyncDispose]() {
      await endRunner(path);
      rmSync(path, { recursive: true });
    },
  };
}

/** Somebody else at the runner's socket, who says `first` and hears the rest. */
function impostor(dir: string, first: Uint8Array | undefined) {
  const listener = Bun.listen({
    unix: join(dir, "runner.sock"),
    socket: {
      open: (socket) => void (first && socket.write(first)),
      data() {},
    },
  });
  return { [Symbol.dispose]: () => listener.stop(true) };
}

async function open(hypivisor: Hypivisor) {
  const answer = await hypivisor.fetch("/api/terminals", {
    method: "POST",
    body: JSON.stringify({ command: ["/bin/sh", "-c", "sleep 1000"] }),
  });
  const { error, ...terminal } = await answer.json();
  return { status: answer.status, error, terminal };
}

test("two calls that need the runner at once start one", async () => {
  await using hypivisor = await Hypivisor.start({ inOwnHome: true });
  const opened = await Promise.all([
    open(hypivisor),
    open(hypivisor),
    open(hypivisor),
  ]);
  assertEquals(opened.map(({ status }) => status), [200, 200, 200]);
  assertEquals(hypivisor.stderr.match(/runner_started/g)?.length, 1);
  const log = join(hypivisor.dataDir, "logs", "runner.log");
  assertEquals(statSync(log).mode & 0o777, 0o600);
  assertEquals(statSync(join(hypivisor.dataDir, "logs")).mode & 0o777, 0o700);
});

test("kill -9 and start: the terminals are known at once", async () => {
  await using hypivisor = await Hypivisor.start({ inOwnHome: true });
  const { terminal } = await open(hypivisor);
  for (const _ of [1, 2, 3]) {
    await hypivisor.kill();
    await hypivisor.start();
    await using client = await TestSocket.open(hypivisor.socketUrl("/ws"));
    const { terminals } = await client.call("subscribe");
    const known = terminals[0] ??
      (await client.frame(({ method }) => method === "terminal_set")).params
        .terminal;
    assertEquals(known.id, terminal.id);
    assertEquals(known.state, terminal.state);
  }
  assertEquals(hypivisor.stderr.match(/runner_started/g)?.length, 1);
});

test(
  "a runner of another version is left alone, and it is said what to do",
  async () => {
    await using dir = makeDir();
    const hello = {
      type: "hello",
      oldest: RUNNER_PROTOCOL.newest + 1,
      newest: RUNNER_PROTOCOL.newest + 7,
      build: "9.0.0 (future)",
      more: { unknown: true },
    };
    // Its process is told to end by signal: no call of ours is understood.
    const process = Bun.spawn(["sleep", "1000"]);
    using _impostor = impostor(
      dir.path,
      encodeControl({ ...hello, pid: process.pid }),
    );
    await using hypivisor = await Hypivisor.start({
      dataDir: dir.path,
      inOwnHome: true,
    });
    await until(() => hypivisor.stderr.includes("runner_unusable"));
    const { status, error } = await open(hypivisor);
    assertEquals(status, 409);
    assertMatch(error.message, /runner of 9\.0\.0 \(future\).*version 2 to 8/);
    assertMatch(error.message, /hypivisor shutdown/);
    assertEquals(process.exitCode, null);

    const answer = await hypivisor.fetch("/api/shutdown", {
      method: "POST",
      body: '{"children":true}',
    });
    assertEquals(answer.status, 200);
    await process.exited;
    assertEquals(process.signalCode, "SIGTERM");
    assertEquals(await hypivisor.exited(), 0);
  },
  20_000,
);

test(
  "whoever is silent or talks nonsense at the runner's socket is replaced",
  async () => {
    const cases = [
      undefined,
      new Uint8Array([255, 255, 255, 255, 0]),
      encodeControl({ type: "hello" }),
      encodeControl([7]),
    ];
    for (const first of cases) {
      await using dir = makeDir();
      using _impostor = impostor(dir.path, first);
      await using hypivisor = await Hypivisor.start({
        dataDir: dir.path,
        inOwnHome: true,
      });
      assertEquals((await hypivisor.fetch("/healthz")).status, 200);
      // A real one takes the socket's place: the impostor has no lock.
      const { status, error } = await open(hypivisor);
      assertEquals(status, 200, JSON.stringify(error));
    }
  },
  60_000,
);

test("a runner that cannot start is said with its last words", async () => {
  await using dir = makeDir();
  mkdirSync(join(dir.path, "runner.sock"));
  writeFileSync(join(dir.path, "runner.sock", "file"), "");
  await using hypivisor = await Hypivisor.start({
    dataDir: dir.path,
    inOwnHome: true,
  });
  const { status, error } = await open(hypivisor);
  assertEquals(status, 503);
  assertMatch(error.message, /^Cannot start the runner: .+/);
  await using view = await TestSocket.open(hypivisor.socketUrl("/term"));
  const closed = await view.whenClosed(10_000);
  assertEquals(closed.code, 4410);
  assertMatch(closed.reason, /Cannot start the runner/);

  rmSync(join(dir.path, "runner.sock"), { recursive: true });
  assertEquals((await open(hypivisor)).status, 200);
}, 30_000);

test(
  "a path that is longer than the kernel takes for a socket works",
  async () => {
    await using dir = makeDir();
    const deep = join(dir.path, "x".repeat(100));
    await using hypivisor = await Hypivisor.start({
      dataDir: deep,
      inOwnHome: true,
    });
    const { status, error } = await open(hypivisor);
    assertEquals(status, 200, JSON.stringify(error));
    const local = await fetch("http://localhost/healthz", {
      unix: daemonSocket(deep),
    } as RequestInit);
    assertEquals(local.status, 200);
  },
  20_000,
);

test(
  "kill -9 of the runner: shells are shown as ended, and can be run again",
  async () => {
    await using hypivisor = await Hypivisor.start({ inOwnHome: true });
    await using client = await TestSocket.open(hypivisor.socketUrl("/ws"));
    await client.call("subscribe");
    const { terminal } = await open(hypivisor);
    await using view = await TerminalView.open(
      hypivisor,
      `/ws/terminal/${terminal.id}`,
    );
    await until(() => view.last("screen"));
    const { runner } = await client.call("daemon");
    process.kill(runner.pid, "SIGKILL");
    assert((await view.socket.whenClosed()).code >= 4000);
    const { params } = await client.frame(({ method, params }) =>
      method === "terminal_set" && params.terminal.state.kind === "exited"
    );
    assertEquals(params.terminal.id, terminal.id);

    const again = await client.call("restart_terminal", {
      terminal: terminal.id,
    });
    assertEquals(again.id, terminal.id);
    assertEquals(again.state.kind, "running");
    assert((await client.call("daemon")).runner.pid !== runner.pid);
    await client.call("close_terminal", { terminal: terminal.id });
    assertEquals((await client.call("list_terminals")).terminals, []);
  },
  20_000,
);
