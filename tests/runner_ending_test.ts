/** How a runner's children end, and that nothing is left of them. */

import { expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { TerminalId, TerminalState } from "../server/protocol/terminal.ts";
import {
  type ChildRecord,
  ChildRecords,
} from "../server/runner/child_record.ts";
import {
  isAlive,
  openFiles,
  withEnvironment,
  zombiesOf,
} from "./harness/processes.ts";
import { TestRunner } from "./harness/runner.ts";
import { until } from "./harness/until.ts";

function marked(id: TerminalId): number[] {
  return withEnvironment(`HYPIVISOR_TERMINAL=${id}`);
}

/** As the watcher was told last. */
function stateOf(runner: TestRunner, id: TerminalId): TerminalState {
  for (const push of runner.client.pushes.toReversed()) {
    if (push.type === "terminal" && push.terminal.id === id) {
      return push.terminal.state;
    }
  }
  throw new Error(`Nothing was told of ${id}`);
}

async function ended(runner: TestRunner, id: TerminalId): Promise<void> {
  await until(() => stateOf(runner, id).kind !== "running");
}

function records(runner: TestRunner): ChildRecord[] {
  return new ChildRecords(runner.dataDir).readAll();
}

/** Ignores all that can be ignored, in its session and in one of its own. */
const STUBBORN = `trap '' HUP TERM INT
(setsid sh -c 'while :; do sleep 9; done' &)
(while :; do sleep 9; done) &
echo started
while :; do sleep 9; done`;

test("a program that ignores HUP and TERM and forks twice is gone", async () => {
  await using runner = await TestRunner.start();
  const { id } = await runner.open(["sh", "-c", STUBBORN]);
  using viewer = await runner.attach(id);
  await viewer.sees("started");
  await until(() => marked(id).length >= 6);

  await runner.call("close", { terminal: id });

  expect(marked(id)).toEqual([]);
  expect(records(runner)).toEqual([]);
  await viewer.client.closed.promise;
  expect(viewer.terminal?.state).toMatchObject({ kind: "exited" });
});

test("end() types the keys first, and waits as long as it was told", async () => {
  await using runner = await TestRunner.start();
  const polite = "trap '' HUP; read line; sleep 0.3; echo bye; exit 7";
  const { id } = await runner.open(["sh", "-c", polite]);

  const record = await runner.call("end", {
    terminal: id,
    keys: "\x1b\r",
    patienceMs: 5_000,
  });

  expect(record.state).toMatchObject({ kind: "exited", code: 7 });
  expect((await runner.call("tail", { terminal: id, lines: 1 })).text)
    .toBe("bye");
  const again = await runner.call("end", { terminal: id });
  expect(again.state).toEqual(record.state);
});

test("what ends by itself takes its session along, and what left it lives on", async () => {
  await using runner = await TestRunner.start();
  await runner.call("watch", {});
  const script = `trap '' HUP; (trap '' HUP; exec sleep 60) &
setsid sleep 61 & echo $!; exit 3`;
  const { id } = await runner.open(["sh", "-c", script]);
  await ended(runner, id);

  expect(stateOf(runner, id)).toMatchObject({ code: 3, signal: null });
  await until(() => records(runner).length === 0);
  const [left, ...more] = marked(id);
  expect(more).toEqual([]);
  await runner.call("close", { terminal: id });
  // It had left before the program ended: it is nobody's to end any more.
  expect(isAlive(left ?? 0)).toBe(true);
  process.kill(left ?? 0, "SIGKILL");
});

test("a signal, a program that is not there, and a folder that is not", async () => {
  await using runner = await TestRunner.start();
  await runner.call("watch", {});
  const killed = await runner.open(["sh", "-c", "kill -TERM $$"]);
  await ended(runner, killed.id);
  const missing = await runner.open(["no-such-program"]);
  const nowhere = await runner.open(["sh"], { folder: "/no/such/folder" });
  const script = join(runner.dataDir, "script");
  writeFileSync(script, "#!/no/such/interpreter\n", { mode: 0o755 });
  const broken = await runner.open([script]);
  const forbidden = await runner.open([runner.dataDir]);

  expect(stateOf(runner, killed.id))
    .toMatchObject({ kind: "exited", code: null, signal: "SIGTERM" });
  const reason = (state: TerminalState) =>
    state.kind === "failed" ? state.reason : state.kind;
  expect(reason(missing.state)).toContain("it is not on the PATH. Install it");
  expect(reason(nowhere.state)).toContain("does not exist. Make it");
  expect(reason(broken.state)).toContain("Check its first line");
  expect(reason(forbidden.state)).toContain("Cannot start");
  expect(records(runner)).toEqual([]);
});

test("a program is restarted in its terminal, in view of who is there", async () => {
  await using runner = await TestRunner.start();
  const { id } = await runner.open(["sh", "-c", "echo run $$; read x"]);
  using viewer = await runner.attach(id);
  await viewer.sees(/run \d+/);
  const { stream, text } = viewer;
  await expect(runner.call("restart", { terminal: id })).rejects.toThrow(
    "running",
  );

  viewer.type("\r");
  await until(() => viewer.terminal?.state.kind === "exited");
  const record = await runner.call("restart", { terminal: id });

  expect(record.state.kind).toBe("running");
  await until(() => viewer.stream !== stream && /run \d+/.test(viewer.text));
  expect(viewer.text).not.toBe(text);
});

test("two hundred terminals come and go, and nothing is left", async () => {
  await using runner = await TestRunner.start();
  const open = async () => {
    const { id } = await runner.open(["sh", "-c", "sleep 100 & cat"]);
    const viewer = await runner.attach(id);
    viewer.leave();
    await runner.call("close", { terminal: id });
  };
  await open();
  const before = openFiles(runner.pid).length;
  for (let round = 0; round < 20; round++) {
    await Promise.all(Array.from({ length: 10 }, open));
  }

  await until(() => openFiles(runner.pid).length <= before, {
    seen: () => openFiles(runner.pid),
  });
  expect(zombiesOf(runner.pid)).toEqual([]);
  expect(records(runner)).toEqual([]);
  expect(withEnvironment(`HOME=${runner.dataDir}`)).toEqual([]);
}, 60_000);

test(
  "five hundred crashed programs leave nothing but fifty screens",
  async () => {
    await using runner = await TestRunner.start();
    await runner.call("watch", {});
    const crash = async () => {
      const { id } = await runner.open([
        "sh",
        "-c",
        "sleep 50 & kill -SEGV $$",
      ]);
      await ended(runner, id);
    };
    await crash();
    const before = openFiles(runner.pid).length;
    for (let round = 0; round < 25; round++) {
      await Promise.all(Array.from({ length: 20 }, crash));
    }

    await until(() => records(runner).length === 0);
    await until(() => openFiles(runner.pid).length <= before, {
      seen: () => openFiles(runner.pid),
    });
    expect(zombiesOf(runner.pid)).toEqual([]);
    expect(withEnvironment(`HOME=${runner.dataDir}`)).toEqual([]);
    const { terminals } = await runner.call("watch", {});
    expect(terminals.length).toBe(50);
  },
  60_000,
);
