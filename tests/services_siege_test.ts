import { expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { RunnerClient } from "./harness/runner_client.ts";
import { processesOf, ServiceStage } from "./harness/services.ts";
import { until } from "./harness/until.ts";

/** Long enough for some hundred calls of each kind. */
const SIEGE_MS = 5_000;

/** Programs that are hard to end, hard to keep, or noisy. */
const PROGRAMS: readonly string[] = [
  `command "sleep" "1000"`,
  `command "sh" "-c" "sleep 0.05; exit 1"\nrestart { backoff-initial "5ms"; backoff-max "20ms"; max-retries-per-minute 100000 }`,
  `command "sh" "-c" "trap '' TERM; while :; do sleep 0.1; done"\nstop { grace "50ms" }`,
  `command "sh" "-c" "setsid sh -c 'trap : TERM; while :; do sleep 0.1; done' >/dev/null 2>&1 & exec sleep 1000"\nstop { grace "50ms" }`,
  `command "sh" "-c" "while :; do seq 1 200; sleep 0.01; done"`,
  `command "sh" "-c" "sleep 0.05; echo >&3; exec sleep 1000"\nready { probe "fd" }`,
  `command "sh" "-c" "exec sleep 1000"\nready { probe "tcp"; timeout "100ms" }\nport 0\nrestart { backoff-initial "5ms"; max-retries-per-minute 100000 }`,
];

test(
  "whatever is asked at once, each runs once at most, and ends",
  async () => {
    await using stage = await ServiceStage.start({});
    const names = PROGRAMS.map((_, i) => `s-${i}`);
    const write = (i: number, more = "") =>
      stage.write(
        `s-${i}`,
        `${PROGRAMS[i]}\nenv { WHO "s-${i}@${stage.dir}" }\n${more}`,
      );
    for (const i of names.keys()) write(i);
    await stage.reload();

    const descriptors = readdirSync(`/proc/${stage.runner.pid}/fd`).length;
    const clients = await Promise.all(
      [1, 2, 3, 4].map(() => RunnerClient.connect(stage.runner.socket)),
    );
    const pick = <T>(list: readonly T[]) =>
      list[Math.floor(Math.random() * list.length)] as T;
    const siege = async (client: RunnerClient) => {
      const until = performance.now() + SIEGE_MS;
      while (performance.now() < until) {
        const chosen = { names: names.filter(() => Math.random() < 0.3) };
        const now = Math.random() < 0.2;
        const i = Math.floor(Math.random() * names.length);
        switch (
          pick(["start", "stop", "restart", "reload", "edit", "kill", "log"])
        ) {
          case "start":
            await client.call("services_start", chosen);
            break;
          case "stop":
            await client.call("services_stop", { ...chosen, now });
            break;
          case "restart":
            await client.call("services_restart", { ...chosen, now });
            break;
          case "reload":
            await client.call("services_reload", {});
            break;
          case "edit":
            if (Math.random() < 0.2) stage.write(`s-${i}`, "command {");
            else write(i, pick(["", "log { keep 9 }", 'env-inherit "X_*"']));
            break;
          case "kill":
            for (const pid of processesOf(`s-${i}`, stage)) {
              if (Math.random() < 0.5) kill(pid);
            }
            break;
          case "log":
            await client.call("services_log", {
              name: pick(names),
              tail: 10,
              follow: false,
            }).catch(() => {});
        }
      }
    };
    await Promise.all(clients.map(siege));

    for (const i of names.keys()) write(i);
    await stage.reload();
    await stage.runner.call("services_start", { all: true });
    // A shell, and at most what it has started.
    for (const name of names) {
      await until(() => processesOf(name, stage).length <= 3, {
        seen: () => processesOf(name, stage),
      });
    }
    for (const name of ["s-0", "s-5"]) {
      await stage.becomes(name, "running");
      expect(processesOf(name, stage)).toHaveLength(1);
    }
    await stage.runner.call("services_stop", { all: true });
    expect(names.flatMap((name) => processesOf(name, stage))).toEqual([]);
    const { services } = await stage.runner.call("services_list", {});
    expect(new Set(services.map(({ state }) => state.kind))).toEqual(
      new Set(["stopped"]),
    );
    expect(stage.runner.stderr).not.toContain(" error ");
    // No zombie is left, and no descriptor but those of the logs.
    const { pid } = stage.runner;
    await until(
      () =>
        readFileSync(`/proc/${pid}/task/${pid}/children`, "latin1").trim() ===
          "",
      {
        withinMs: 10_000,
      },
    );
    expect(readdirSync(`/proc/${pid}/fd`).length).toBeLessThan(
      descriptors + 2 * names.length,
    );
    for (const client of clients) client.close();
  },
  60_000,
);

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // Gone meanwhile.
  }
}
