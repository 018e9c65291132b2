import { expect, test } from "bun:test";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import type { ReloadResult } from "../server/protocol/service.ts";
import { freePort } from "./harness/free_port.ts";
import { isAlive, ServiceStage } from "./harness/services.ts";
import { until } from "./harness/until.ts";

const FOREVER = 'command "sleep" "1000"';

/** The four lists of names, or the faults' messages. */
function told(result: ReloadResult): unknown {
  if (result.kind === "refused") {
    return result.faults.map(({ message }) => message);
  }
  const { added, removed, changed, unchanged } = result;
  return { added, removed, changed, unchanged };
}

test("a reload tells what was added, changed and removed (1.9)", async () => {
  const [before, after] = [freePort(), freePort()];
  await using stage = await ServiceStage.start({
    kept: FOREVER,
    edited: `${FOREVER}\nport ${before}`,
    gone: FOREVER,
  });
  const [kept, edited, gone] = await Promise.all(
    ["kept", "edited", "gone"].map(async (name) => {
      await stage.becomes(name, "running");
      return await stage.pid(name);
    }),
  );
  stage.write("edited", `${FOREVER}\nport ${after}`);
  stage.write("new", FOREVER);
  stage.remove("gone");
  expect(told(await stage.reload())).toEqual({
    added: ["new"],
    removed: ["gone"],
    changed: ["edited"],
    unchanged: ["kept"],
  });
  await stage.becomes("new", "running");
  await stage.becomes(
    "edited",
    (one) => one.port === after && one.state.kind === "running",
  );
  expect(await stage.pid("kept")).toBe(kept ?? 0);
  expect([edited, gone].map((pid) => isAlive(pid ?? 0))).toEqual([
    false,
    false,
  ]);
  expect(stage.status("gone")).rejects.toThrow("no such server `gone`");
});

test("new rules are applied to what runs, without a restart (B24)", async () => {
  await using stage = await ServiceStage.start({
    stubborn:
      `command "sh" "-c" "trap '' TERM; echo up; while :; do sleep 1; done"`,
  });
  await until(() => stage.logFile("stubborn").includes("up"));
  const pid = await stage.pid("stubborn");
  stage.write(
    "stubborn",
    `command "sh" "-c" "trap '' TERM; echo up; while :; do sleep 1; done"
stop { grace "100ms" }`,
  );
  expect(told(await stage.reload())).toMatchObject({ changed: ["stubborn"] });
  expect(await stage.pid("stubborn")).toBe(pid);
  const began = performance.now();
  await stage.stop("stubborn");
  expect(performance.now() - began).toBeLessThan(1_500);
});

test("11: one bad file of ten keeps nothing down but itself (9.6, B45)", async () => {
  const good = Array.from({ length: 9 }, (_, i) => `good-${i}`);
  await using stage = await ServiceStage.start({
    ...Object.fromEntries(good.map((name) => [name, FOREVER])),
    bad: 'comand "x"\nport 70000',
  });
  for (const name of good) await stage.becomes(name, "running");
  const bad = await stage.status("bad");
  expect(bad.state.kind).toBe("invalid");
  expect(
    bad.faults.map(({ file, line, column, message }) =>
      `${file === stage.file("bad")} ${line}:${column} ${message}`
    ),
  ).toEqual([
    `true 1:1 invalid value for \`comand\` in ${
      stage.file("bad")
    }: unknown key \`comand\``,
    `true 1:1 missing required field \`command\` in ${stage.file("bad")}`,
    `true 2:6 invalid value for \`port\` in ${
      stage.file("bad")
    }: port 70000 out of u16 range`,
  ]);
  expect(await stage.start("bad", "good-1", "nope")).toMatchObject({
    started: [],
    alreadyRunning: ["good-1"],
    refused: [
      { name: "bad", kind: "config_invalid" },
      {
        name: "nope",
        kind: "no_such_service",
        message: "no such server `nope`",
      },
    ],
  });

  // A reload is all or nothing, and what is mended is started by the next.
  stage.remove("good-0");
  expect(told(await stage.reload())).toEqual(
    bad.faults.map(({ message }) => message),
  );
  expect(await stage.state("good-0")).toBe("running");
  // Who looks at a service whose file is bad sees that, until it is mended.
  stage.write("good-1", "command {");
  await stage.reload();
  const faulty = await stage.status("good-1");
  expect(faulty.state.kind).toBe("running");
  expect(faulty.faults.map(({ line }) => line)).toEqual([1]);
  stage.write("good-1", FOREVER);
  await stage.reload();
  expect((await stage.status("good-1")).faults).toEqual([]);
  // So does who looks at a file that is new.
  stage.write("added-bad", "command {");
  await stage.reload();
  expect((await stage.status("added-bad")).state.kind).toBe("invalid");
  stage.write("added-bad", FOREVER);
  stage.write("bad", FOREVER);
  expect(told(await stage.reload())).toMatchObject({
    added: ["added-bad", "bad"],
    changed: [],
    removed: ["good-0"],
  });
  await stage.becomes("bad", "running");
});

test("a file that becomes bad does not end what runs by it", async () => {
  await using stage = await ServiceStage.start({ alpha: FOREVER });
  await stage.becomes("alpha", "running");
  const pid = await stage.pid("alpha");
  stage.write("alpha", "command {");
  await stage.load(); // As a daemon does that was started anew.
  const { state, faults } = await stage.status("alpha");
  expect(state).toMatchObject({ kind: "running", pid });
  expect(faults).toHaveLength(1);
  stage.write("alpha", FOREVER);
  expect(told(await stage.reload())).toMatchObject({ unchanged: ["alpha"] });
  expect((await stage.status("alpha")).faults).toEqual([]);
});

test("a daemon that starts waits for no grace of what is gone", async () => {
  const stubborn =
    `command "sh" "-c" "trap '' TERM; echo $$ >> $HOME/pids; while :; do sleep 0.1; done"
stop { grace "1500ms" }`;
  await using stage = await ServiceStage.start({ stubborn });
  await until(() => stage.read("pids") !== "");
  const pid = await stage.pid("stubborn");
  stage.remove("stubborn");
  const began = performance.now();
  await stage.load();
  expect(performance.now() - began).toBeLessThan(1_000);
  expect(isAlive(pid)).toBe(true);

  // One of its name begins when it is gone.
  stage.write("stubborn", stubborn);
  await stage.reload();
  expect(isAlive(pid)).toBe(false);
  await stage.becomes("stubborn", "running");
});

test("what is gone and has not ended yet ends with its runner", async () => {
  await using stage = await ServiceStage.start({
    stubborn:
      `command "sh" "-c" "trap '' TERM; echo up; while :; do sleep 0.1; done"
stop { grace "1s" }`,
  });
  await until(() => stage.logFile("stubborn").includes("up"));
  const pid = await stage.pid("stubborn");
  stage.remove("stubborn");
  await stage.load();
  await stage.runner.stop();
  expect(isAlive(pid)).toBe(false);
});

test("what a service said can be read while its file is bad", async () => {
  await using stage = await ServiceStage.start({
    alpha: `command "sh" "-c" "echo before; exec sleep 1000"`,
  });
  await until(() => stage.logFile("alpha").includes("before"));
  await stage.runner.stop();
  stage.write("alpha", "command {");
  await stage.startRunner();
  await stage.load();
  expect(await stage.state("alpha")).toBe("invalid");
  expect(await stage.lines({ name: "alpha" })).toEqual(["before"]);
  // There is nothing to wait for.
  expect(await stage.lines({ name: "alpha", follow: true })).toEqual([
    "before",
  ]);
});

test("12: two reloads at once start a service once (9.6, B48)", async () => {
  await using stage = await ServiceStage.start({
    slow:
      `command "sh" "-c" "trap 'sleep 0.3; exit' TERM; echo up; while :; do sleep 0.05; done"`,
  });
  await until(() => stage.logFile("slow").includes("up"));
  stage.remove("slow");
  stage.write(
    "new",
    `command "sh" "-c" "echo $$ >> $HOME/pids; exec sleep 1000"`,
  );
  const [first, second] = await Promise.all([stage.reload(), stage.reload()]);
  expect(told(first)).toMatchObject({ added: ["new"], removed: ["slow"] });
  expect(told(second)).toMatchObject({ added: [], unchanged: ["new"] });
  await stage.becomes("new", "running");
  await until(() => stage.read("pids") !== "");
  expect(stage.read("pids").trim().split("\n")).toHaveLength(1);
});

test("hostile files: a clear fault each, nothing started, nothing lost", async () => {
  await using stage = await ServiceStage.start({ good: FOREVER });
  await stage.becomes("good", "running");
  const { folder } = stage;
  const touch = `touch ${stage.path("started")}`;
  const hostile: Record<string, string | Uint8Array> = {
    "deep.kdl": "a{".repeat(100_000),
    "big.kdl": new Uint8Array(10_000_000).fill(97),
    "nul.kdl": `command "sh" "-c" "${touch}\0"`,
    "nul-escaped.kdl": `command "sh" "-c" "${touch}\\u{0}"`,
    "../escaped.kdl": `command "sh" "-c" "${touch}"`,
    "..kdl.kdl": `command "sh" "-c" "${touch}"`,
    "a b;c.kdl": `command "sh" "-c" "${touch}"`,
    "port-high.kdl": `command "sh" "-c" "${touch}"; port 65536`,
    "port-low.kdl": `command "sh" "-c" "${touch}"; port -1`,
    "unknown.kdl": `command "sh" "-c" "${touch}"; shell "x"`,
    "kdl1.kdl": `command "sh" "-c" r"${touch}"\nautostart true`,
    "bytes.kdl": new Uint8Array([0x63, 0xff, 0xfe]),
    "one-line.kdl":
      `command "sh" "-c" "${touch}"\nrestart { policy "never" stable-after "1s" }`,
  };
  for (const [name, content] of Object.entries(hostile)) {
    writeFileSync(`${folder}/${name}`, content);
  }
  mkdirSync(`${folder}/dir.kdl`);
  Bun.spawnSync(["mkfifo", `${folder}/fifo.kdl`]);
  symlinkSync("loop.kdl", `${folder}/loop.kdl`);
  symlinkSync("/dev/zero", `${folder}/zero.kdl`);

  const began = performance.now();
  const result = await stage.reload();
  expect(performance.now() - began).toBeLessThan(3_000);
  if (result.kind !== "refused") throw new Error("Took hostile files");
  const faulty = new Set(result.faults.map(({ file }) => file));
  // What begins with a dot is an editor's own; what lies outside is not read.
  expect(faulty.size).toBe(Object.keys(hostile).length - 2 + 4);
  for (const { line, column, message } of result.faults) {
    expect(message.length).toBeLessThan(1_000);
    expect(Math.min(line, column)).toBeGreaterThan(0);
  }
  await stage.load();
  expect(await stage.state("good")).toBe("running");
  const { services } = await stage.runner.call("services_list", {});
  expect(services.filter(({ state }) => state.kind !== "invalid")).toHaveLength(
    1,
  );
  expect(stage.read("started")).toBe("");
  const { faults } = await stage.runner.call("services_check", {});
  expect(faults).toEqual(result.faults);
});

test("what is wanted of each outlives the runner (B21)", async () => {
  await using stage = await ServiceStage.start({
    stopped: FOREVER,
    running: FOREVER,
    manual: `${FOREVER}\nautostart #false`,
    idle: `${FOREVER}\nautostart #false`,
  });
  await stage.becomes("stopped", "running");
  expect(await stage.state("manual")).toBe("stopped");
  await stage.stop("stopped");
  await stage.start("manual");
  const { port: _, ...before } = await stage.status("running");
  expect(before.desired).toBe("up");

  await stage.runner.stop();
  await stage.startRunner();
  await stage.load();
  await stage.becomes("running", "running");
  await stage.becomes("manual", "running");
  expect(await stage.state("stopped")).toBe("stopped");
  expect(await stage.state("idle")).toBe("stopped");
});

test("a port that was allocated stays, and is told to the process (B19)", async () => {
  await using stage = await ServiceStage.start({
    web:
      `command "sh" "-c" "echo PORT=$PORT ARG={port}; exec sleep 1000"\nport 0`,
  });
  const { port } = await stage.becomes("web", "running");
  expect(port).toBeGreaterThan(1_024);
  await until(() => stage.logFile("web").includes(`PORT=${port} ARG=${port}`));
  await stage.restart("web");
  expect((await stage.status("web")).port).toBe(port ?? 0);
  await stage.runner.stop();
  await stage.startRunner();
  await stage.load();
  expect((await stage.becomes("web", "running")).port).toBe(port ?? 0);
});

test("services that wait for another begin after it, and end before it", async () => {
  await using stage = await ServiceStage.start({
    a: `command "sh" "-c" "echo a up >> $HOME/order; trap 'echo a down >> $HOME/order; exit' TERM; while :; do sleep 0.05; done"
after "b"`,
    b: `command "sh" "-c" "sleep 0.3; echo b up >> $HOME/order; echo >&3; trap 'echo b down >> $HOME/order; exit' TERM; while :; do sleep 0.05; done"
ready { probe "fd" }`,
    c: `${FOREVER}\nafter "broken" "nowhere"`,
    broken: 'command "false"',
  });
  expect((await stage.status("a")).state).toMatchObject({
    kind: "starting",
    waitsFor: ["b"],
  });
  await stage.becomes("a", "running");
  await stage.becomes("c", "running");
  expect((await stage.status("c")).warnings).toEqual([
    "Waits for `nowhere`, which is not there",
  ]);
  await until(() => stage.read("order").includes("a up"));
  await stage.runner.call("services_stop", { all: true });
  expect(stage.read("order").trim().split("\n")).toEqual([
    "b up",
    "a up",
    "a down",
    "b down",
  ]);
});
