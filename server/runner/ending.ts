/**
 * The end of a child: of its session, its groups, and whatever carries its
 * mark, by HUP, a grace, and KILL.
 *
 * Works on the process table alone, so that it serves for children of this
 * runner and for those that a killed one has left.
 */

import { logger } from "../log.ts";
import type { ChildRecord } from "./child_record.ts";
import {
  findProcess,
  isMarked,
  listProcesses,
  type ProcessFacts,
} from "./process_table.ts";

const log = logger("ending");

/** From HUP to KILL: a shell saves its history, an editor its swap file. */
const GRACE_MS = 1_000;

/**
 * What KILL does not end within this hangs in the kernel (a dead network disk).
 * It is given up with a warning: nobody can end it.
 */
const KILL_MAX_MS = 5_000;

/** How long to wait for the next look, at first and at most. */
const FIRST_LOOK_MS = 5;
const MOST_LOOK_MS = 100;

export interface EndOptions {
  /**
   * Whether marked processes that have left the session are ended too. They are
   * not where a program ends by itself: a job with `setsid` lives on.
   */
  readonly everywhere: boolean;
}

/** Resolves when nothing is left of these children. */
export async function endChildren(
  children: readonly ChildRecord[],
  options: EndOptions,
): Promise<void> {
  const found = await findAll(children, options);
  if (found.length === 0) return;
  signal(found, "SIGHUP");
  // Who is stopped hears nothing until it goes on.
  signal(found, "SIGCONT");
  if (await within(GRACE_MS, () => isGone(children, options))) return;
  const isKilled = await within(KILL_MAX_MS, async () => {
    const left = await findAll(children, options);
    signal(left, "SIGKILL");
    return left.length === 0;
  });
  if (isKilled) return;
  const left = await findAll(children, options);
  log.error("processes_left", { pids: left.map(({ pid }) => pid).join(",") });
}

async function isGone(
  children: readonly ChildRecord[],
  options: EndOptions,
): Promise<boolean> {
  return (await findAll(children, options)).length === 0;
}

async function within(
  ms: number,
  look: () => Promise<boolean>,
): Promise<boolean> {
  const deadline = Date.now() + ms;
  for (let wait = FIRST_LOOK_MS;; wait = Math.min(2 * wait, MOST_LOOK_MS)) {
    if (await look()) return true;
    if (Date.now() + wait > deadline) return false;
    await Bun.sleep(wait);
  }
}

/** All that is left of the children. */
async function findAll(
  children: readonly ChildRecord[],
  { everywhere }: EndOptions,
): Promise<ProcessFacts[]> {
  const leaders = new Set(
    children.filter(isStillIts).flatMap(({ pid }) => pid ?? []),
  );
  const terminals = new Set(children.map(({ terminal }) => terminal as string));
  const found: ProcessFacts[] = [];
  for await (const one of listProcesses()) {
    if (isOurOwn(one.pid)) continue;
    const isTheirs = leaders.has(one.session) || leaders.has(one.group) ||
      leaders.has(one.pid) || everywhere && isMarked(one, terminals);
    if (isTheirs) found.push(one);
  }
  return found;
}

/**
 * A daemon that was started in a terminal carries its mark, and so does the
 * runner that it starts: neither is ended with it.
 */
function isOurOwn(pid: number): boolean {
  return pid === process.pid || pid === process.ppid;
}

/**
 * Whether the pid still means this child. While anybody is in its session or
 * group the kernel does not use it again.
 */
function isStillIts({ pid, startedAt }: ChildRecord): boolean {
  if (pid === undefined) return false;
  const leader = findProcess(pid);
  return !leader || leader.startedAt === startedAt;
}

/** A group at once, so that who forks meanwhile does not slip through. */
function signal(
  processes: readonly ProcessFacts[],
  name: NodeJS.Signals,
): void {
  const pids = new Set(processes.map(({ pid }) => pid));
  const targets = new Set(
    // Only groups that are theirs: a marked one may be in someone else's.
    processes.map(({ pid, group }) => pids.has(group) ? -group : pid),
  );
  for (const target of targets) {
    try {
      process.kill(target, name);
    } catch {
      // Gone meanwhile, or another user's: the next look shows which.
    }
  }
}
