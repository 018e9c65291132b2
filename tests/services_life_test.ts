import { expect, test } from "bun:test";
import { isAlive, ServiceStage } from "./harness/services.ts";
import { until } from "./harness/until.ts";

const FOREVER = 'command "sleep" "1000"';

test("what is in the folder is started, stopped and started again (1.9)", async () => {
  await using stage = await ServiceStage.start({ alpha: FOREVER });
  const { state } = await stage.becomes("alpha", "running");
  const pid = "pid" in state ? state.pid ?? 0 : 0;
  expect(isAlive(pid)).toBe(true);

  expect(await stage.stop("alpha")).toEqual({
    stopped: ["alpha"] as never,
    notRunning: [],
    refused: [],
  });
  expect(isAlive(pid)).toBe(false);
  expect(await stage.start("alpha")).toEqual({
    started: ["alpha"] as never,
    alreadyRunning: [],
    refused: [],
  });
  expect(await stage.start("alpha")).toMatchObject({ started: [] });
  expect((await stage.stop("alpha", "alpha")).stopped).toHaveLength(1);
  expect((await stage.stop("alpha")).notRunning).toHaveLength(1);
});

test("what always fails is given up after its restarts (1.9, B5)", async () => {
  await using stage = await ServiceStage.start({
    broken: `command "sh" "-c" "echo trying; exit 7"
restart { policy "always"; max-retries-per-minute 3
  backoff-initial "10ms"; backoff-max "50ms" }`,
  });
  const record = await stage.becomes("broken", "failed", 6_000);
  expect(record).toMatchObject({
    starts: 4,
    restarts: 3,
    retriesInWindow: 4,
    lastExit: { code: 7 },
  });
  expect(stage.logFile("broken").match(/trying/g)).toHaveLength(4);
});

test("1: backoff really grows, and anew after a stable run (9.6)", async () => {
  await using stage = await ServiceStage.start({
    flaky:
      `command "sh" "-c" "test -e ${"$HOME"}/stay && exec sleep 1000; exit 1"
restart { backoff-initial "50ms"; backoff-max "1s"; stable-after "200ms"
  max-retries-per-minute 100 }`,
  });
  const starts = () =>
    [...stage.logFile("flaky").matchAll(/started pid=\d+ at=(\S+)/g)]
      .map(([, at = ""]) => Date.parse(at));
  await until(() => starts().length >= 5);
  const [a = 0, b = 0, c = 0, d = 0, e = 0] = starts();
  const delays = [b - a, c - b, d - c, e - d];
  for (const [i, delay] of delays.entries()) {
    expect(delay).toBeGreaterThanOrEqual(0.9 * 50 * 2 ** i);
  }

  await Bun.write(stage.path("stay"), "");
  const { state } = await stage.becomes(
    "flaky",
    (one) => one.state.kind === "running" && (one.uptimeMs ?? 0) > 200,
  );
  await Bun.file(stage.path("stay")).delete();
  const before = starts().length;
  process.kill("pid" in state ? state.pid ?? 0 : 0, "SIGKILL");
  await until(() => starts().length >= before + 2);
  const [first = 0, second = 0] = starts().slice(before);
  expect(second - first).toBeLessThan(400); // Far from the 800 ms before.
});

test("2: a stop while it backs off is served at once (9.6, B1)", async () => {
  await using stage = await ServiceStage.start({
    crash: `command "false"\nrestart { backoff-initial "30s" }`,
  });
  await stage.becomes("crash", "restarting");
  const began = performance.now();
  expect((await stage.stop("crash")).stopped.map(String)).toEqual(["crash"]);
  expect(performance.now() - began).toBeLessThan(50);
  expect(await stage.state("crash")).toBe("stopped");
});

test("3: a start by hand after failed begins with a fresh window (9.6)", async () => {
  await using stage = await ServiceStage.start({
    crash: `command "false"
restart { backoff-initial "10ms"; backoff-max "20ms"; max-retries-per-minute 2 }`,
  });
  expect((await stage.becomes("crash", "failed")).starts).toBe(3);
  await stage.start("crash");
  expect((await stage.becomes("crash", "failed")).starts).toBe(6);
});

test("4: who ignores SIGTERM is gone after the grace, with all it made (9.6)", async () => {
  const inner =
    `trap '' TERM; echo $$ >> $HOME/pids; while :; do sleep 1; done`;
  await using stage = await ServiceStage.start({
    stubborn: `command "sh" "-c" #"""
      ${inner} & setsid sh -c "${
      inner.replaceAll("$$", "\\$\\$")
    }" >/dev/null 2>&1 &
      ${inner}
      """#
stop { grace "300ms" }`,
  });
  const pids = () => stage.read("pids").trim().split("\n").map(Number);
  await until(() => pids().length >= 3);
  const began = performance.now();
  await stage.stop("stubborn");
  const took = performance.now() - began;
  expect(took).toBeGreaterThanOrEqual(300);
  expect(took).toBeLessThan(1_300);
  expect(pids().filter(isAlive)).toEqual([]);
  expect((await stage.status("stubborn")).lastExit).toMatchObject({
    code: 137,
    signal: "SIGKILL",
  });
});

test("5: the leader crashes, its grandchild has the port: the restart succeeds (9.6, B10)", async () => {
  const serve =
    `Bun.listen({ hostname: "127.0.0.1", port: process.env.PORT, socket: { data() {} } });`;
  await using stage = await ServiceStage.start({
    wrapped: `command "sh" "-c" #"""
      trap '' HUP
      ${process.execPath} -e '${serve} process.on("SIGTERM", () => {}); console.log("ready")' &
      wait
      """#
port 0
ready { probe "tcp" }
restart { backoff-initial "10ms" }
stop { grace "300ms" }`,
  });
  const { restarts } = await stage.becomes("wrapped", "running");
  expect(restarts).toBe(0);
  process.kill(await stage.pid("wrapped"), "SIGKILL");
  const after = await stage.becomes(
    "wrapped",
    (one) => one.restarts === 1 && one.state.kind === "running",
  );
  expect(after.port).toBe((await stage.status("wrapped")).port);
  expect(stage.logFile("wrapped").match(/ready/g)?.length).toBe(2);
});
