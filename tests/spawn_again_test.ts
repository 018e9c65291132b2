/** Agents that are started again, or outlive what ends around them. */

import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { test } from "bun:test";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Spawning } from "../server/protocol/rpc.ts";
import { SpawnScene } from "./harness/spawn_scene.ts";
import { TerminalView } from "./harness/terminal_view.ts";
import { until } from "./harness/until.ts";

/** An agent that has said something, and is away. */
async function stopped(scene: SpawnScene): Promise<Spawning> {
  const spawning = await scene.spawn({
    new_folder: "shop",
    prompt: "remember this",
  });
  const { node: id } = spawning;
  await until(
    async () => (await scene.transcript(id)).includes("You said"),
    { withinMs: 15_000, seen: () => scene.hypivisor.stderr },
  );
  await scene.client.call("stop_agent", { node: id });
  await scene.node(id, ({ state }) => state.kind === "offline");
  return spawning;
}

test("resume starts the session again, in its folder, once", async () => {
  await using scene = await SpawnScene.start();
  const { node: id, terminal: first, path } = await stopped(scene);
  const session = (await scene.node(id, () => true)).session?.file ?? "";
  const elsewhere = { path: scene.home.root, session };

  // Three at the same instant, by every way there is.
  const outcomes = await Promise.allSettled([
    scene.client.call("resume_agent", { node: id, prompt: "go on" }),
    scene.client.call("resume_agent", { node: id, prompt: "go on" }),
    scene.client.call("spawn_agent", elsewhere),
  ]);
  const started = outcomes.filter(({ status }) => status === "fulfilled");
  assertEquals(started.length, 1, JSON.stringify(outcomes));
  for (const outcome of outcomes) {
    if (outcome.status === "fulfilled") continue;
    assertMatch(outcome.reason.message, /^Cannot open session ".+" twice: /);
  }
  const node = await scene.node(
    id,
    ({ state }) => state.kind === "idle" || state.kind === "done",
  );
  assertEquals(node.cwd, path);
  assertMatch(await scene.transcript(id), /remember this/);
  await until(async () => {
    const [only, ...more] = await scene.terminals();
    return only && more.length === 0 && only.id !== first;
  });

  for (
    const again of [
      () => scene.client.call("resume_agent", { node: id }),
      () => scene.client.call("spawn_agent", elsewhere),
    ]
  ) {
    await assertRejects(
      again,
      Error,
      `node "${id}" has it. Attach to it with hypivisor attach ${id}`,
    );
  }
}, 60_000);

test("an agent that never said anything is resumed by its id", async () => {
  await using scene = await SpawnScene.start();
  const { node: id } = await scene.spawn();
  const { session } = await scene.node(
    id,
    ({ state }) => state.kind === "idle",
  );
  await scene.client.call("stop_agent", { node: id });
  await scene.node(id, ({ state }) => state.kind === "offline");
  assertEquals(existsSync(session?.file ?? ""), false);

  const answer = await scene.hypivisor.fetch(`/api/nodes/${id}/resume`, {
    method: "POST",
    body: JSON.stringify({ prompt: "hello again" }),
  });
  assertEquals(answer.status, 202);
  const again: Spawning = await answer.json();
  assertEquals(again.node, id);
  await until(
    async () => (await scene.transcript(id)).includes("hello again"),
    { withinMs: 15_000 },
  );
}, 60_000);

test("resume says why it cannot", async () => {
  await using scene = await SpawnScene.start();
  const resume = (node: string) => scene.client.call("resume_agent", { node });
  await assertRejects(
    () => resume("nobody"),
    Error,
    'Cannot find node "nobody"',
  );
  const { node: id, path } = await stopped(scene);
  rmSync(path, { recursive: true });
  await assertRejects(() => resume(id), Error, "Path does not exist");
  assertEquals(existsSync(path), false);
}, 60_000);

test(
  "an agent that was started elsewhere is neither stopped nor doubled",
  async () => {
    await using scene = await SpawnScene.start();
    const pi = scene.home.tui({
      hypivisor: scene.hypivisor.socketUrl("/ws"),
      args: ["#say hi"],
    });
    const { id, session } = await until(
      async () => (await scene.nodes()).find(({ lastPrompt }) => lastPrompt),
      {
        withinMs: 15_000,
      },
    );
    await until(() => existsSync(session?.file ?? ""));
    await assertRejects(
      () => scene.client.call("stop_agent", { node: id }),
      Error,
      "it was not started here. Quit it in its own terminal",
    );
    await assertRejects(
      () => scene.spawn({ session: session?.file }),
      Error,
      "It runs in a terminal of its own",
    );
    assertEquals(await scene.terminals(), []);
    pi.kill("SIGTERM");
    await pi.exited;
  },
  60_000,
);

test(
  "kill -9 of the daemon during a turn: the turn ends, the agent is live again",
  async () => {
    await using scene = await SpawnScene.start();
    const { node: id, terminal } = await scene.spawn({
      prompt: "#say begun\n#gate middle\n#say and finished",
    });
    await scene.node(id, ({ state }) => state.kind === "working");
    await scene.hypivisor.kill();
    scene.home.llm.release("middle");
    const began = performance.now();
    await scene.hypivisor.start();
    await scene.connect();
    await scene.node(id, ({ state }) => /idle|done|working/.test(state.kind));
    const ms = performance.now() - began;
    assert(ms < 2_000, `Live again after ${ms} ms`);
    const node = await scene.node(id, ({ terminal }) => terminal);
    assertEquals(node.terminal, terminal);
    await until(async () =>
      (await scene.transcript(id)).includes("and finished")
    );
    await using view = await TerminalView.open(
      scene.hypivisor,
      `/ws/terminal/${terminal}`,
    );
    await view.sees("finished");
  },
  60_000,
);

test(
  "kill -9 of the daemon while pi asks: the next one shows the question",
  async () => {
    await using scene = await SpawnScene.start({
      asksForTrust: true,
      args: ["--no-store"],
    });
    const { node: id } = await scene.spawn();
    await scene.node(id, ({ state }) => state.kind === "waiting");
    await scene.hypivisor.kill();
    await scene.hypivisor.start();
    const node = await scene.node(id, ({ state }) => state.kind === "waiting");
    assertEquals(node.cwd, scene.home.work);
    await scene.client[Symbol.asyncDispose]();
    await scene.connect();
    await scene.client.call("stop_agent", { node: id });
    await scene.node(id, ({ state }) => state.kind === "error");
  },
  60_000,
);

test("kill -9 of the runner: it is said, and all works on", async () => {
  await using scene = await SpawnScene.start();
  const { node: idle } = await scene.spawn();
  await scene.node(idle, ({ state }) => state.kind === "idle");
  const { node: starting, terminal } = await scene.spawn();
  const { runner } = await scene.client.call("daemon");
  process.kill(runner.pid, "SIGKILL");

  const failed = await scene.node(
    starting,
    ({ state }) => state.kind === "error",
  );
  assert(failed.state.kind === "error");
  assertMatch(failed.state.message, /The runner ended/);
  await scene.node(idle, ({ state }) => state.kind === "offline");
  const lost = await scene.terminals();
  assertEquals(lost.map(({ state }) => state.kind), ["exited", "exited"]);
  assertMatch(scene.hypivisor.stderr, /runner_lost/);
  assertEquals((await scene.client.call("daemon")).runner, null);
  const closed = await TerminalView.open(
    scene.hypivisor,
    `/ws/terminal/${terminal}`,
  );
  assert((await closed.socket.whenClosed()).code >= 4000);

  await scene.client.call("resume_agent", { node: idle });
  await scene.node(idle, ({ state }) => state.kind === "idle");
  const again = await scene.client.call("daemon");
  assert(again.runner.pid !== runner.pid);
  await scene.client.call("close_terminal", { terminal });
  const log = readFileSync(
    join(scene.hypivisor.dataDir, "logs", "runner.log"),
    "utf8",
  );
  assertMatch(log, /Runner online/);
}, 60_000);
