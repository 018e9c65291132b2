/** Processes, as /proc has them: which are there, and what they hold open. */

import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { until } from "./until.ts";

const ENDS_WITHIN_MS = 10_000;

/** Pids of all processes that carry `mark` in their environment. */
export function markedWith(mark: string): number[] {
  return allPids().filter((pid) => {
    try {
      return readFileSync(`/proc/${pid}/environ`, "latin1").includes(mark);
    } catch {
      return false; // Gone meanwhile.
    }
  });
}

export function isAlive(pid: number): boolean {
  const state = stateOf(pid);
  return state !== undefined && state !== "Z";
}

/** SIGTERM, and then SIGKILL. Resolves when it is gone. */
export async function endProcess(pid: number): Promise<void> {
  if (!isAlive(pid)) return;
  signal(pid, "SIGTERM");
  try {
    await until(() => !isAlive(pid), { withinMs: ENDS_WITHIN_MS });
  } catch {
    signal(pid, "SIGKILL");
    await until(() => !isAlive(pid));
  }
}

/** Kills who carries `mark` when it is disposed of: a test may fail half way. */
export function sweepAfter(mark: string): Disposable {
  return {
    [Symbol.dispose]() {
      for (const pid of markedWith(mark)) signal(pid, "SIGKILL");
    },
  };
}

/** Children of a process that have ended and were not waited for. */
export function zombiesOf(pid: number): number[] {
  return allPids().filter((one) => {
    const stat = statOf(one);
    return stat?.[0] === "Z" && Number(stat[1]) === pid;
  });
}

export function openFiles(pid: number): string[] {
  const dir = `/proc/${pid}/fd`;
  return readdirSync(dir).flatMap((fd) => {
    try {
      return [readlinkSync(`${dir}/${fd}`)];
    } catch {
      return []; // Closed meanwhile.
    }
  });
}

function stateOf(pid: number): string | undefined {
  return statOf(pid)?.[0];
}

/** Fields of /proc/PID/stat from the state on. */
function statOf(pid: number): string[] | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  } catch {
    return undefined;
  }
}

function allPids(): number[] {
  return readdirSync("/proc").filter((name) => /^\d+$/.test(name)).map(Number);
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It has ended.
  }
}
