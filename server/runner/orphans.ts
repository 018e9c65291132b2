/**
 * Processes that have lost their parents and that the kernel has given to us:
 * what children of ours left behind when they ended, wherever it has moved.
 *
 * Finding them costs one small file, where a look through all of /proc would
 * cost milliseconds each time a service crashes. Somebody has to take leave of
 * them when they end, and that is us as well.
 */

import { readFileSync } from "node:fs";
import type { ChildRecords } from "./child_record.ts";
import { becomeSubreaper, reap } from "./libc.ts";

/** Bun starts processes from the main thread, and orphans come to that. */
const CHILDREN_FILE = `/proc/self/task/${process.pid}/children`;

/** So long may an orphan that ended by itself stay in the process table. */
const REAP_MS = 5_000;

export class Orphans {
  readonly #records: ChildRecords;
  /** Children that Bun started and that are not on record. */
  readonly #own = new Set<number>();
  /** Whether they come to us at all; elsewhere they go to the first process. */
  readonly isAdopting: boolean;
  readonly #timer: Timer | undefined;

  /** @param records Bun takes leave of the children that are in there. */
  constructor(records: ChildRecords) {
    this.#records = records;
    this.isAdopting = readChildren() !== undefined && becomeSubreaper();
    if (!this.isAdopting) return;
    records.onRemoved = () => void this.list();
    this.#timer = setInterval(() => void this.list(), REAP_MS);
    this.#timer.unref();
  }

  /**
   * Says that a child is one of Bun's, which is not on record. Returns what to
   * call once it has ended.
   */
  own(pid: number): () => void {
    this.#own.add(pid);
    return () => void this.#own.delete(pid);
  }

  /** Those that are alive. */
  list(): number[] {
    if (!this.isAdopting) return [];
    const known = this.#records.pids();
    return (readChildren() ?? []).filter((pid) =>
      !known.has(pid) && !this.#own.has(pid) && !reap(pid)
    );
  }

  close(): void {
    clearInterval(this.#timer);
  }
}

/** Undefined where the kernel does not tell. */
function readChildren(): number[] | undefined {
  try {
    const text = readFileSync(CHILDREN_FILE, "latin1");
    return (text.match(/\d+/g) ?? []).map(Number);
  } catch {
    return undefined;
  }
}
