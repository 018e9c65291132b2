/**
 * The machine: how busy it is, and what a process costs it. Linux only, from
 * `/proc`; `taskset` keeps the load and what it loads on cores of their own.
 */

import { readdirSync, readFileSync } from "node:fs";
import { cpus, loadavg } from "node:os";

/** The kernel's unit of processor time in `/proc`, in ms. */
const TICK_MS = 10;

const KIB_PER_MIB = 1_024;
const NS_PER_MS = 1_000_000;

/** Which core the thing under test runs on, and which one the load. */
export const CORE = { tested: "0", load: "1" } as const;

/** Busier than this, figures tell more of others than of what is measured. */
const QUIET_BELOW_PERCENT = 25;
const WAIT_FOR_QUIET_MS = 90_000;

/** How busy others keep the machine. */
export interface Quiet {
  readonly isQuiet: boolean;
  /** For the record: figures of a busy machine are other figures. */
  readonly line: string;
}

/** Waits until the machine has little else to do, though not for ever. */
export async function whenQuiet(): Promise<Quiet> {
  const deadline = Date.now() + WAIT_FOR_QUIET_MS;
  let seen = await lookAtMachine();
  while (!seen.isQuiet && Date.now() < deadline) seen = await lookAtMachine();
  return seen;
}

export async function lookAtMachine(): Promise<Quiet> {
  const busy = await busyPercent();
  const load = loadavg().map((one) => one.toFixed(2)).join(" ");
  return {
    isQuiet: busy <= QUIET_BELOW_PERCENT,
    line: `machine: ${cpus().length} cores, ${busy} % busy with other work, ` +
      `load ${load}`,
  };
}

async function busyPercent(): Promise<number> {
  const before = processorTicks();
  await Bun.sleep(2_000);
  const after = processorTicks();
  return Math.round(
    100 * (after.busy - before.busy) / (after.all - before.all),
  );
}

/** Resident memory of a process, in MiB. */
export function rssMiB(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? NaN) / KIB_PER_MIB;
}

/** Processor time that a process has used in all, in ms. */
export function cpuMs(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  // The name is in brackets and may hold spaces: count from behind it.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
}

/** The same of all its threads that still live, to the microsecond. */
export function threadsCpuMs(pid: number): number {
  const tasks = `/proc/${pid}/task`;
  return readdirSync(tasks).reduce((sum, task) => {
    const [ns] = readFileSync(`${tasks}/${task}/schedstat`, "utf8").split(" ");
    return sum + Number(ns) / NS_PER_MS;
  }, 0);
}

/** What is in memory of a process and in no file, in MiB. */
export function anonMiB(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  return Number(/RssAnon:\s+(\d+)/.exec(status)?.[1] ?? NaN) / KIB_PER_MIB;
}

/** Resident memory, of what is shared only its part, in MiB. */
export function pssMiB(pid: number): number {
  const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, "utf8");
  return Number(/^Pss:\s+(\d+)/m.exec(rollup)?.[1] ?? NaN) / KIB_PER_MIB;
}

/** Ties all threads of a running process to a core, where that can be done. */
export async function pin(pid: number, core: string): Promise<void> {
  if (cpus().length < 2 || !Bun.which("taskset")) return;
  await Bun.spawn(["taskset", "-acp", core, String(pid)], {
    stdout: "ignore",
    stderr: "ignore",
  }).exited;
}

interface Ticks {
  readonly all: number;
  readonly busy: number;
}

function processorTicks(): Ticks {
  const line = readFileSync("/proc/stat", "utf8").split("\n", 1)[0] ?? "";
  const fields = line.split(/\s+/).slice(1, 9).map(Number);
  const all = fields.reduce((sum, ticks) => sum + ticks, 0);
  const [idle = 0, waiting = 0] = fields.slice(3, 5);
  return { all, busy: all - idle - waiting };
}
