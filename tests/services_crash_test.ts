import { expect, test } from "bun:test";
import { RunnerClient } from "./harness/runner_client.ts";
import { TestRunner } from "./harness/runner.ts";
import { isAlive, processesOf, ServiceStage } from "./harness/services.ts";
import { until } from "./harness/until.ts";

const who = `env { WHO "{who}" }`;

/** A service whose processes can be told by `processesOf`. */
function marked(name: string, stage: { dir: string }, text: string): string {
  return `${text}\n${who.replace("{who}", `${name}@${stage.dir}`)}`;
}

test(
  "6: a killed runner leaves nothing, and the next starts each once (9.6)",
  async () => {
    await using stage = await ServiceStage.start({});
    const names = Array.from({ length: 20 }, (_, i) => `s-${i}`);
    for (const [i, name] of names.entries()) {
      const program = i % 4 === 0
        // Crashes again and again.
        ? `command "sh" "-c" "sleep 0.2; exit 1"\nrestart { backoff-initial "20ms"; max-retries-per-minute 10000 }`
        : i % 4 === 1
        // Talks without end.
        ? `command "sh" "-c" "i=0; while :; do i=$((i+1)); echo $i; sleep 0.01; done"`
        : i % 4 === 2
        // Has a child that moves away and hears no TERM.
        ? `command "sh" "-c" "setsid sh -c 'trap : TERM HUP; while :; do sleep 1; done' >/dev/null 2>&1 & exec sleep 1000"\nstop { grace "300ms" }`
        : `command "sleep" "1000"`;
      stage.write(name, marked(name, stage, program));
    }
    await stage.reload();
    for (const name of names) {
      await stage.becomes(name, ({ state }) => state.kind !== "starting");
    }
    await until(() => stage.logFile("s-1").includes("\n[out] 20\n"));
    await stage.stop("s-3");
    for (let round = 0; round < 3; round++) {
      // At a moment that nobody chose.
      const lines = 10 + Math.floor(Math.random() * 30);
      const lifeSoFar = () =>
        stage.logFile("s-1").split("started").at(-1) ?? "";
      await until(() => lifeSoFar().includes(`\n[out] ${lines}\n`));
      await stage.runner.kill();
      const before = names.flatMap((name) => processesOf(name, stage));
      expect(before.length).toBeGreaterThan(10);
      await stage.startRunner();
      // What was left is ended before anything is started.
      expect(before.filter(isAlive)).toEqual([]);
      await stage.load();
      for (const name of names) {
        if (name === "s-3") continue;
        await stage.becomes(
          name,
          ({ state }) =>
            state.kind === "running" || state.kind === "restarting",
        );
      }
      await until(() => processesOf("s-2", stage).length >= 2);
      for (const [i, name] of names.entries()) {
        const count = processesOf(name, stage).length;
        if (name === "s-3") expect(count).toBe(0);
        else if (i % 4 === 0) expect(count).toBeLessThanOrEqual(2);
        else if (i % 4 === 3) expect(count).toBe(1);
        else if (i % 4 === 2) {
          await until(() => processesOf(name, stage).length <= 3);
        }
      }
    }
    // Lines are missing only where the log says so.
    const log = stage.logFile("s-1");
    expect(
      log.match(/^\[hv\] runner was killed, lines may be missing at=\S+$/gm),
    )
      .toHaveLength(3);
    for (const life of log.split(/^\[hv\] started .*$/m).slice(1)) {
      const said = [...life.matchAll(/^\[out\] (\d+)$/gm)].map(([, n]) =>
        Number(n)
      );
      expect(said.length).toBeGreaterThan(0);
      expect(said).toEqual(said.map((_, i) => i + 1));
    }
    await stage.runner.stop();
    await until(() =>
      names.flatMap((name) => processesOf(name, stage)).length === 0
    );
  },
  60_000,
);

test("a daemon that is killed is not noticed by any service", async () => {
  await using stage = await ServiceStage.start({
    talker:
      `command "sh" "-c" "i=0; while :; do i=$((i+1)); echo $i; sleep 0.01; done"`,
  });
  await stage.becomes("talker", "running");
  const pid = await stage.pid("talker");
  stage.client.close();
  const client = await RunnerClient.connect(stage.runner.socket);
  const { services } = await client.call("services_load", {
    folder: stage.folder,
    env: { PATH: process.env.PATH ?? "", HOME: stage.dir },
  });
  expect(services[0]?.state).toMatchObject({ kind: "running", pid });
  await until(() => stage.logFile("talker").includes("\n[out] 50\n"));
  client.close();
});

test("7: two runners started at once leave exactly one (9.6)", async () => {
  await using stage = await ServiceStage.start({
    alpha: `command "sh" "-c" "echo $$ >> $HOME/pids; exec sleep 1000"`,
  });
  await until(() => stage.read("pids") !== "");
  await stage.runner.kill(); // Its lock, socket and records are left behind.
  const dataDir = stage.path("data");
  const outcomes = await Promise.allSettled(
    [1, 2].map(() => TestRunner.start({ dataDir })),
  );
  const running = outcomes.flatMap((one) =>
    one.status === "fulfilled" ? [one.value] : []
  );
  expect(running).toHaveLength(1);
  expect(String(
    outcomes.find(({ status }) => status === "rejected") &&
      (outcomes.find(({ status }) =>
        status === "rejected"
      ) as PromiseRejectedResult).reason,
  ))
    .toContain("another one is running");
  await using only = running[0] as TestRunner;
  await only.call("services_load", {
    folder: stage.folder,
    env: { PATH: process.env.PATH ?? "", HOME: stage.dir },
  });
  await until(() => stage.read("pids").trim().split("\n").length === 2);
  const pids = stage.read("pids").trim().split("\n").map(Number);
  expect(pids.filter(isAlive)).toHaveLength(1);
  expect(stage.logFile("alpha")).toContain("[hv] runner was killed");
});

test("a daemon that stops in order stops all but those to be kept", async () => {
  await using stage = await ServiceStage.start({
    kept: `command "sleep" "1000"\non-daemon-exit "keep"`,
    killed: 'command "sleep" "1000"',
    down: 'command "sleep" "1000"',
    crashing: 'command "false"\nrestart { backoff-initial "30s" }',
  });
  await stage.becomes("crashing", "restarting");
  const kept = await stage.pid("kept");
  await stage.stop("down");
  const { stopped } = await stage.runner.call("leaving", {});
  expect(stopped.map(String)).toEqual(["crashing", "killed"]);
  expect(await stage.pid("kept")).toBe(kept);
  expect(await stage.state("killed")).toBe("stopped");
  expect(await stage.start("killed")).toMatchObject({
    started: [],
    refused: [{ name: "killed", kind: "leaving" }],
  });

  // The next daemon gets back what was wanted.
  await stage.load();
  await stage.becomes("killed", "running");
  await stage.becomes("crashing", "restarting");
  expect(await stage.pid("kept")).toBe(kept);
  expect(await stage.state("down")).toBe("stopped");
});

test("a runner that is told to end ends all services, at once when told twice", async () => {
  await using stage = await ServiceStage.start({
    stubborn:
      `command "sh" "-c" "trap '' TERM; echo up; while :; do sleep 1; done"
stop { grace "60s" }
on-daemon-exit "keep"`,
  });
  await until(() => stage.logFile("stubborn").includes("up"));
  const pid = await stage.pid("stubborn");
  process.kill(stage.runner.pid, "SIGTERM");
  await until(() => stage.runner.stderr.includes("runner_ended"));
  expect(isAlive(pid)).toBe(true);
  process.kill(stage.runner.pid, "SIGTERM");
  expect(await stage.runner.exited).toBe(0);
  expect(isAlive(pid)).toBe(false);
});

test("a runner stays for its services, and ends without them", async () => {
  await using stage = await ServiceStage.start({
    alpha: 'command "sleep" "1000"',
    retried: 'command "false"\nrestart { backoff-initial "30s" }',
  }, { args: ["--idle", "1"] });
  await stage.becomes("alpha", "running");
  await stage.becomes("retried", "restarting");
  const { runner } = stage;
  const visit = () => RunnerClient.connect(runner.socket);
  stage.client.close();
  const idleSince = performance.now();
  await until(() => performance.now() - idleSince > 2_500);
  expect(isAlive(runner.pid)).toBe(true);

  // One that will be started again is one to stay for.
  const first = await visit();
  await first.call("services_stop", { names: ["alpha"] });
  first.close();
  const againSince = performance.now();
  await until(() => performance.now() - againSince > 2_500);
  expect(isAlive(runner.pid)).toBe(true);

  const last = await visit();
  await last.call("services_stop", { all: true });
  last.close();
  expect(await runner.exited).toBe(0);
});
