/**
 * Which processes there are, as far as the end of a terminal needs to know:
 * their group, their session, when they began, and what they are marked with.
 *
 * From /proc on Linux, from `ps` elsewhere. Who ends what is not known here.
 */

import { readdirSync, readFileSync } from "node:fs";
import { MARK } from "./child_env.ts";

export interface ProcessFacts {
  readonly pid: number;
  readonly group: number;
  /** 0 where it is not told (macOS). */
  readonly session: number;
  /** With the pid, names a process of this boot for good. */
  readonly startedAt: string;
  readonly isZombie: boolean;
  /** Its environment, where it comes with the list (macOS). */
  readonly environment: string | undefined;
}

/** A process with its environment may take the loop a while: so many a turn. */
const PER_TURN = 64;

const IS_LINUX = process.platform === "linux";

/** Reads one line of /proc/PID/stat. The name may hold spaces and brackets. */
export function parseStat(line: string): ProcessFacts | undefined {
  const pid = Number.parseInt(line);
  const fields = line.slice(line.lastIndexOf(")") + 2).split(" ");
  // Numbered from 3 in proc(5).
  const field = (number: number) => fields[number - 3] ?? "";
  if (!pid || !/^\d+$/.test(field(22))) return undefined;
  return {
    pid,
    group: Number(field(5)),
    session: Number(field(6)),
    startedAt: field(22),
    isZombie: /[ZX]/.test(field(3)),
    environment: undefined,
  };
}

const PS_FORMAT = "pid=,pgid=,stat=,lstart=,command=";

/** Reads what `ps -axwwE -o pid=,pgid=,stat=,lstart=,command=` prints. */
export function parsePs(output: string): ProcessFacts[] {
  const line =
    /^\s*(\d+)\s+(\d+)\s+(\S+)\s+(\w+ +\w+ +\d+ [\d:]+ \d+) ?(.*)$/gm;
  return Array.from(output.matchAll(line), (found) => {
    const [, pid, group, stat = "", startedAt = "", environment] = found;
    return {
      pid: Number(pid),
      group: Number(group),
      session: 0,
      startedAt,
      isZombie: stat.startsWith("Z"),
      environment,
    };
  });
}

/** Undefined if there is no such process, or it belongs to nobody we see. */
export function findProcess(pid: number): ProcessFacts | undefined {
  if (!IS_LINUX) return parsePs(ps("-p", String(pid)))[0];
  try {
    return parseStat(readFileSync(`/proc/${pid}/stat`, "latin1"));
  } catch {
    return undefined;
  }
}

/** Every process, zombies left out. */
export async function* listProcesses(): AsyncGenerator<ProcessFacts> {
  if (!IS_LINUX) {
    yield* parsePs(ps("-ax")).filter(({ isZombie }) => !isZombie);
    return;
  }
  let turn = 0;
  for (const name of readdirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    if (++turn % PER_TURN === 0) await nextTurn();
    const found = findProcess(Number(name));
    if (found && !found.isZombie) yield found;
  }
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

const MARKED = IS_LINUX
  ? new RegExp(`(?:^|\\0)${MARK}=([^\\0]*)`)
  : new RegExp(`(?:^|\\s)${MARK}=(\\S*)`);

/** Whether a process carries the mark of one of these terminals. */
export function isMarked(
  { pid, environment }: ProcessFacts,
  terminals: ReadonlySet<string>,
): boolean {
  const found = MARKED.exec(environment ?? readEnvironment(pid));
  return found?.[1] !== undefined && terminals.has(found[1]);
}

function readEnvironment(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/environ`, "utf8");
  } catch {
    return ""; // Another user's, or gone meanwhile.
  }
}

/** What names this boot: a pid recorded in another one says nothing. */
export function bootId(): string {
  if (!IS_LINUX) return run("sysctl", "-n", "kern.bootsessionuuid").trim();
  try {
    return readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
  } catch {
    return "";
  }
}

function ps(...which: string[]): string {
  return run("ps", "-wwE", ...which, "-o", PS_FORMAT);
}

function run(...command: string[]): string {
  try {
    const { stdout } = Bun.spawnSync(command, { stderr: "ignore" });
    return stdout.toString();
  } catch {
    return "";
  }
}
