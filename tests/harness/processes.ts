/** Processes that are not children of the test, by pid. Linux only. */

import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { until } from "./until.ts";

const ENDS_WITHIN_MS = 10_000;

/** Whether it runs; one that nobody has waited for yet does not. */
export function isAlive(pid: number): boolean {
  const stat = readProc(pid, "stat");
  return stat !== undefined && !/\) [ZX] /.test(stat);
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

/** Pids of all that run with `NAME=value` in their environment. */
export function withEnvironment(entry: string): number[] {
  return allPids().filter((pid) =>
    readProc(pid, "environ")?.split("\0").includes(entry) && isAlive(pid)
  );
}

/** Kills all of them when it is disposed of: a test may fail half way. */
export function sweepAfter(entry: string): Disposable {
  return {
    [Symbol.dispose]() {
      for (const pid of withEnvironment(entry)) signal(pid, "SIGKILL");
    },
  };
}

/** Pids of all that nobody has waited for, and whose parent is this one. */
export function zombiesOf(parent: number): number[] {
  return allPids().filter((pid) => {
    const stat = readProc(pid, "stat") ?? "";
    return new RegExp(`\\) Z ${parent} `).test(stat);
  });
}

/** Pids of all processes that carry `mark` in their environment. */
export function markedWith(mark: string): number[] {
  return allPids().filter((pid) => readProc(pid, "environ")?.includes(mark));
}

/** What its descriptors lead to. */
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

function allPids(): number[] {
  return readdirSync("/proc").filter((name) => /^\d+$/.test(name)).map(Number);
}

function readProc(pid: number, file: string): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "latin1");
  } catch {
    return undefined; // It has ended.
  }
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It has ended.
  }
}
