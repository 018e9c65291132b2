import { expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { residentMiB } from "./harness/memory.ts";
import { isAlive, ServiceStage } from "./harness/services.ts";
import { until } from "./harness/until.ts";

test(
  "16: a thousand services are started, told and stopped (9.6)",
  async () => {
    const names = Array.from({ length: 1_000 }, (_, i) => `s-${i}`);
    await using stage = await ServiceStage.start({});
    for (const name of names) {
      stage.write(name, `command "sh" "-c" "echo hello; exec sleep 1000"`);
    }
    await stage.reload();
    const list = async () =>
      (await stage.runner.call("services_list", {})).services;
    const running = await until(async () => {
      const services = await list();
      return services.every(({ state, log }) =>
        state.kind === "running" && log.lines === 2
      ) && services;
    }, { withinMs: 60_000 });
    const pids = running.map(({ state }) =>
      "pid" in state ? state.pid ?? 0 : 0
    );
    expect(new Set(pids).size).toBe(1_000);
    expect(residentMiB(stage.runner.pid)).toBeLessThan(250);

    const began = performance.now();
    const { stopped } = await stage.runner.call("services_stop", { all: true });
    expect(stopped).toHaveLength(1_000);
    expect(performance.now() - began).toBeLessThan(8_000);
    expect(pids.filter(isAlive)).toEqual([]);
  },
  120_000,
);

test(
  "18: without descriptors services wait, and the runner goes on (9.6)",
  async () => {
    const names = Array.from({ length: 40 }, (_, i) => `s-${i}`);
    await using stage = await ServiceStage.start({}, {
      wrapper: ["prlimit", "--nofile=64:64"],
    });
    for (const name of names) {
      stage.write(
        name,
        `command "sleep" "1000"
restart { backoff-initial "100ms"; backoff-max "100ms"; max-retries-per-minute 1000 }`,
      );
    }
    await stage.reload();
    const list = async () =>
      (await stage.runner.call("services_list", {})).services;
    const kinds = async (kind: string) =>
      (await list()).filter(({ state }) => state.kind === kind);
    await until(async () =>
      (await kinds("running")).length > 3 &&
      (await kinds("starting")).length === 0
    );
    const waiting = await kinds("restarting");
    expect(waiting.length).toBeGreaterThan(3);
    expect(waiting[0]?.state).toMatchObject({
      reason: expect.stringContaining("too many open files"),
    });
    // Where there is room again, others come up by themselves.
    const up = await kinds("running");
    await stage.stop(...up.map(({ name }) => name));
    await until(async () => (await kinds("running")).length > 3, {
      withinMs: 10_000,
    });
    await stage.runner.call("services_stop", { all: true, now: true });
  },
  60_000,
);

test("19: a wall clock that jumps changes no delay, window or uptime (9.6, B59)", async () => {
  await using stage = await ServiceStage.start({});
  const preload = stage.path("clock.ts");
  writeFileSync(
    preload,
    `const now = Date.now; let shift = 0;
     const day = 24 * 60 * 60 * 1000;
     process.on("SIGUSR2", () => { shift = shift === 0 ? day : -day; });
     Date.now = () => now() + shift;`,
  );
  await stage.runner.stop();
  await using jumping = await ServiceStage.start({
    stable: `command "sleep" "1000"`,
    crash: `command "sh" "-c" "sleep 0.1; exit 1"
restart { backoff-initial "300ms"; backoff-max "300ms"; max-retries-per-minute 4 }`,
  }, { env: { BUN_OPTIONS: `--preload ${preload}` } });
  const jump = () => process.kill(jumping.runner.pid, "SIGUSR2");
  await jumping.becomes("stable", "running");
  const began = performance.now();
  await until(async () => {
    jump();
    const { state } = await jumping.status("crash");
    return state.kind === "failed";
  }, { withinMs: 10_000 });
  // Four delays of 0.3 s and five runs of 0.1 s, neither skipped nor a day.
  const tookMs = performance.now() - began;
  expect(tookMs).toBeGreaterThan(1_000);
  expect((await jumping.status("crash")).restarts).toBe(4);
  const { uptimeMs = 0, state } = await jumping.status("stable");
  expect(state.kind).toBe("running");
  expect(uptimeMs).toBeGreaterThan(tookMs - 1_000);
  expect(uptimeMs).toBeLessThan(60_000);
});

test("limits that cannot be set are told, and the service runs", async () => {
  await using stage = await ServiceStage.start({
    limited: `command "sleep" "1000"\nlimits { memory "1GiB"; processes 100 }`,
  });
  const { warnings } = await stage.becomes("limited", "running");
  for (const warning of warnings) {
    expect(warning).toStartWith("Runs without its limits: ");
  }
  const { hasGroups } = {
    hasGroups: await Bun.file("/sys/fs/cgroup/cgroup.controllers").exists(),
  };
  if (!hasGroups) expect(warnings).toHaveLength(1);
});
