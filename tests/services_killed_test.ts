/** SIGKILL of the daemon, of its runner and of both, while services run. */

import { assert, assertEquals } from "@std/assert";
import { test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { makeChance } from "./harness/random.ts";
import { isAlive, sweepAfter, withEnvironment } from "./harness/processes.ts";
import { ServiceHost } from "./harness/service_host.ts";
import { until } from "./harness/until.ts";

/** Of each kind as many: a round ends with one kill. */
const ROUNDS = ["daemon", "runner", "both"] as const;
const ROUNDS_OF_EACH = 3;

/** What the crashing ones say in each of their lives. */
const CRASH_LINES = 300;

const KINDS = {
  /** Counts its lines, without end. */
  talks: `i=0; while :; do i=$((i+1)); echo $i; sleep 0.01; done`,
  /** Says a known number of lines, in a burst, and dies. */
  crashes: `seq 1 ${CRASH_LINES}; sleep 0.05; exit 1`,
  /** Has a child in a session of its own that hears no TERM. */
  clings:
    `setsid sh -c 'trap : TERM HUP; while :; do sleep 1; done' >/dev/null 2>&1 & exec sleep 1000`,
  /** Is kept by a daemon that stops; one that is killed stops nothing. */
  kept: "exec sleep 1000",
} as const;

type Kind = keyof typeof KINDS;

const SERVICES = Array.from({ length: 20 }, (_, i) => {
  const kind = (Object.keys(KINDS) as Kind[])[i % 4] ?? "kept";
  return { name: `${kind}-${i}`, kind };
});

function file(name: string, kind: Kind, mark: string): string {
  return `command "sh" "-c" "${KINDS[kind]}"
transport "none"
env { MARK "${mark}"; WHO "${name}@${mark}" }
restart { backoff-initial "10ms"; backoff-max "50ms"; max-retries-per-minute 100000 }
stop { grace "200ms" }
${kind === "kept" ? 'on-daemon-exit "keep"' : ""}
`;
}

/** Those of a service that no other process of it has started. */
function leaders(name: string, mark: string): number[] {
  const all = withEnvironment(`WHO=${name}@${mark}`);
  return all.filter((pid) => !all.includes(parentOf(pid)) && isAlive(pid));
}

function parentOf(pid: number): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
  } catch {
    return 0; // It has ended.
  }
}

async function runnerPid(host: ServiceHost): Promise<number> {
  return await until(async () => {
    const { runner } = await (await host.daemon.fetch("/api/daemon"))
      .json() as { runner: { pid: number } | null };
    return runner?.pid;
  }, { withinMs: 30_000 });
}

/** One life of a service, as its log has it. */
interface Life {
  readonly lines: readonly number[];
  readonly end: "crashed" | "exited" | "killed" | "none";
}

function livesIn(log: string): Life[] {
  return log.split(/^\[hv\] started .*\n/m).slice(1).map((life) => ({
    lines: [...life.matchAll(/^\[out\] (\d+)$/gm)].map(([, n]) => Number(n)),
    end: life.includes("[hv] exited code=1 ")
      ? "crashed"
      : life.includes("[hv] exited")
      ? "exited"
      : life.includes("[hv] runner was killed, lines may be missing")
      ? "killed"
      : "none",
  }));
}

test(
  "6: 20 services under kill -9 of daemon, runner and both: each runs once, no line is missing unmarked, nothing is left (9.6, B14)",
  async () => {
    const seed = Date.now() % 1_000_000;
    const chance = makeChance(seed);
    await using host = await ServiceHost.start({});
    const mark = host.dir;
    using _sweep = sweepAfter(`MARK=${mark}`);
    for (const { name, kind } of SERVICES) {
      host.write(name, file(name, kind, mark));
    }
    assertEquals((await host.run("reload")).code, 0);

    const settle = async () => {
      for (const { name, kind } of SERVICES) {
        if (kind === "crashes") continue;
        await host.becomes(name, "running", 40_000);
        await until(() => leaders(name, mark).length === 1, {
          withinMs: 10_000,
          seen: () => ({ seed, name, pids: leaders(name, mark) }),
        });
      }
    };
    await settle();
    const plan = Array.from({ length: ROUNDS_OF_EACH }, () => ROUNDS).flat()
      .map((what) => ({ what, at: chance.next() }))
      .sort((a, b) => a.at - b.at).map(({ what }) => what);
    let runnerKills = 0;
    for (const what of plan) {
      const pid = await runnerPid(host);
      const before = SERVICES.filter(({ kind }) => kind !== "crashes")
        .map(({ name }) => leaders(name, mark));
      await Bun.sleep(chance.below(400)); // The moment is what is tested.
      if (what !== "daemon") {
        process.kill(pid, "SIGKILL");
        runnerKills++;
      }
      if (what !== "runner") {
        await host.daemon.kill();
        await Bun.sleep(chance.below(200));
        await host.daemon.start();
      }
      if (what !== "daemon") {
        await until(async () => await runnerPid(host) !== pid, {
          withinMs: 40_000,
          seen: () => ({ seed, plan, said: host.daemon.stderr.slice(-1_000) }),
        });
      }
      await settle();
      const after = SERVICES.filter(({ kind }) => kind !== "crashes")
        .map(({ name }) => leaders(name, mark));
      if (what === "daemon") assertEquals(after, before, `seed ${seed}`);
      else assert(before.flat().every((one) => !isAlive(one)), `seed ${seed}`);
    }

    // In order, so that every log is whole.
    assertEquals((await host.run("stop", "--all")).code, 0);
    for (const { name, kind } of SERVICES) {
      const path = join(host.dataDir, "logs", "services", `${name}.log`);
      const log = readFileSync(path, "utf8");
      const seen = `seed ${seed}, ${name}`;
      const marks = log.match(/^\[hv\] runner was killed/gm)?.length ?? 0;
      // One that was down at that moment has lost nothing.
      if (kind === "crashes") assert(marks <= runnerKills, seen);
      else assertEquals(marks, runnerKills, seen);
      const lives = livesIn(log);
      for (const { lines, end } of lives) {
        assertEquals(lines, lines.map((_, i) => i + 1), seen);
        assert(end !== "none", seen);
        // A crash is told when all that was said is there.
        if (end === "crashed") assertEquals(lines.length, CRASH_LINES, seen);
      }
      if (kind === "talks") assertEquals(lives.length, runnerKills + 1, seen);
    }
    await host.daemon.stop();
    assertEquals(withEnvironment(`MARK=${mark}`), []);
  },
  300_000,
);
