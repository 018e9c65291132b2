/** Agents that are started from here: real pi, in a terminal of the runner. */

import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { test } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ensurePi } from "./harness/pi_install.ts";
import { SpawnScene } from "./harness/spawn_scene.ts";
import { TerminalView } from "./harness/terminal_view.ts";
import { until } from "./harness/until.ts";

test(
  "an agent is started, answers its first prompt, and is in its terminal",
  async () => {
    await using scene = await SpawnScene.start();
    const { home } = scene;
    const spawning = await scene.spawn({
      new_folder: " shop/web ",
      name: "Web shop",
      model: "fake/fake-thinker",
      thinking: "low",
      prompt: "-v is what I say",
      args: ["--no-mcp"],
    });
    const path = join(home.work, "shop/web");
    assertEquals(spawning.status, "spawning");
    assertEquals(spawning.path, path);
    const { node: id, terminal } = spawning;
    const node = await scene.node(
      id,
      // A fast answer may be there before the agent is.
      ({ state: { kind }, lastPrompt }) => /done|idle/.test(kind) && lastPrompt,
    );
    assertEquals(node.cwd, path);
    assertEquals(node.terminal, terminal);
    assertEquals(node.session?.id, id);
    assertEquals(node.session?.name, "Web shop");
    assertEquals(node.model?.id, "fake-thinker");
    assertEquals(node.thinking, "low");
    assertEquals(node.mode, "tui");
    assertEquals(scene.statesOf(id)[0], "starting");
    assertMatch(await scene.transcript(id), /You said: \*\*-v is what I say/);

    const record = (await scene.terminals()).find((one) => one.id === terminal);
    assertEquals([record?.kind, record?.node], ["agent", id]);
    assert(record?.state.kind === "running");
    const env = readFileSync(`/proc/${record.state.pid}/environ`, "utf8");
    assert(!env.includes(scene.hypivisor.token), "It has the token");
    assert(
      !/^(PI_SESSION_ID|PI_CODING_AGENT|HYPI_TOKEN)=/m.test(
        env.replaceAll("\0", "\n"),
      ),
    );

    // The same process in both: what is typed there is said here.
    await using view = await TerminalView.open(
      scene.hypivisor,
      `/ws/terminal/${terminal}`,
      { query: "cols=120&rows=36" },
    );
    await view.sees("You said");
    view.type("typed by hand");
    await view.sees("typed by hand");
    await Bun.sleep(200); // pi takes text and Enter in one piece for a paste.
    view.type("\r");
    await until(async () =>
      (await scene.transcript(id)).includes("You said: **typed by hand")
    );
    assertMatch(await scene.tail(terminal), /typed by hand/);
  },
  60_000,
);

test("the trust question is shown, and answered by keys", async () => {
  await using scene = await SpawnScene.start({ asksForTrust: true });
  const { node: id, terminal } = await scene.spawn({ prompt: "hello" });
  const asking = await scene.node(id, ({ state }) => state.kind === "waiting");
  assert(asking.state.kind === "waiting");
  assertEquals(asking.state.question, "Trust project folder?");
  assertMatch(await scene.tail(terminal), /Do not trust/);
  await using view = await TerminalView.open(
    scene.hypivisor,
    `/ws/terminal/${terminal}`,
  );
  await view.sees("Trust project folder?");
  view.type("\r");
  await scene.node(id, ({ lastPrompt }) => lastPrompt === "hello");
}, 60_000);

test("a pi without pi-socket is said to be that", async () => {
  const { command } = await ensurePi("1.5.2");
  await using scene = await SpawnScene.start({
    pi: `exec ${command.join(" ")} --no-extensions "$@"`,
  });
  const { node: id } = await scene.spawn();
  const node = await scene.node(
    id,
    ({ state }) => state.kind === "waiting",
    30_000,
  );
  assert(node.state.kind === "waiting");
  assertMatch(node.state.question, /^pi runs without pi-socket: install it/);
}, 60_000);

test("a missing pi is said by the call, and by the node", async () => {
  await using scene = await SpawnScene.start({ pi: null });
  await assertRejects(
    () => scene.spawn(),
    Error,
    'Failed to spawn: Cannot find "pi" on the PATH of hypivisor: install it',
  );
  const [node] = await scene.nodes();
  assert(node?.state.kind === "error");
  assertMatch(node.state.message, /^Cannot find "pi"/);
  const metrics = await (await scene.hypivisor.fetch("/metrics")).text();
  assertMatch(metrics, /^hypivisor_spawn_failures_total 1$/m);
  await scene.client.call("forget_node", { node: node.id });
  assertEquals(await scene.nodes(), []);
}, 30_000);

test("a pi that dies is shown with its last words", async () => {
  await using scene = await SpawnScene.start({
    pi: 'echo "Cannot load the model"; echo "  bad key" >&2; exit 3',
  });
  const { node: id, terminal } = await scene.spawn();
  const node = await scene.node(id, ({ state }) => state.kind === "error");
  assert(node.state.kind === "error");
  assertEquals(
    node.state.message,
    "pi ended with exit code 3 before it was ready\nCannot load the model\n  bad key",
  );
  assertEquals(node.terminal, terminal);
  await scene.client.call("forget_node", { node: id });
  await until(async () => (await scene.terminals()).length === 0);
}, 30_000);

test("stop ends an agent that idles as a person would", async () => {
  await using scene = await SpawnScene.start();
  const { node: id, terminal } = await scene.spawn();
  await scene.node(id, ({ state }) => state.kind === "idle");
  const began = performance.now();
  await scene.client.call("stop_agent", { node: id });
  assert(performance.now() - began < 4_000, "It was not the keys that did it");
  const node = await scene.node(id, ({ state }) => state.kind === "offline");
  assertEquals(node.state.kind === "offline" && node.state.reason, "quit");
  assertEquals(node.terminal, terminal);
  const [record] = await scene.terminals();
  assertEquals(record?.state.kind === "exited" && record.state.code, 0);
  await assertRejects(
    () => scene.client.call("stop_agent", { node: id }),
    Error,
    "it is not running",
  );
}, 40_000);

test("stop ends an agent that works, and what it runs", async () => {
  await using scene = await SpawnScene.start();
  const mark = join(scene.home.work, "pid");
  const { node: id } = await scene.spawn({
    prompt: `#bash echo $$ > ${mark}; sleep 1000`,
  });
  await scene.node(id, ({ state }) => state.kind === "working");
  const pid = Number(
    await until(() => existsSync(mark) && readFileSync(mark, "utf8").trim()),
  );
  await scene.client.call("stop_agent", { node: id });
  await scene.node(id, ({ state }) => state.kind === "offline");
  await until(() => !existsSync(`/proc/${pid}`));
}, 40_000);

test("stop by force ends a pi that does not listen", async () => {
  await using scene = await SpawnScene.start({
    pi:
      "trap '' INT HUP TERM; stty -isig; echo deaf; while :; do sleep 1; done",
  });
  const { node: id, terminal } = await scene.spawn();
  await until(async () => (await scene.tail(terminal)).includes("deaf"));
  const answer = await scene.hypivisor.fetch(`/api/nodes/${id}/stop`, {
    method: "POST",
    body: '{"force":true}',
  });
  assertEquals(answer.status, 200);
  const node = await scene.node(id, ({ state }) => state.kind === "error");
  assert(node.state.kind === "error");
  assertEquals(node.state.message, "Stopped before it was ready");
  const [record] = await scene.terminals();
  assertEquals(
    record?.state.kind === "exited" && record.state.signal,
    "SIGKILL",
  );
}, 40_000);

test(
  "arguments that are not on the list are refused before anything is made",
  async () => {
    await using scene = await SpawnScene.start();
    for (const args of [["-e", "/x.ts"], ["--api-key", "k"], ["more words"]]) {
      await assertRejects(
        () => scene.spawn({ new_folder: "new", args }),
        Error,
        "not on the list",
      );
    }
    assertEquals(existsSync(join(scene.home.work, "new")), false);
    assertEquals(await scene.nodes(), []);
  },
  30_000,
);
