/**
 * What is there of one run: the members of its group and session, and whatever
 * carries its mark, however far it has moved.
 *
 * Where orphans come to us, one look costs microseconds; elsewhere it is a walk
 * through the whole process table.
 */

import type { Orphans } from "../../orphans.ts";
import {
  findProcess,
  isMarked,
  listProcesses,
  type ProcessFacts,
} from "../../process_table.ts";

export class Remains {
  readonly #leader: number;
  readonly #marks: ReadonlySet<string>;
  readonly #orphans: Orphans;
  /** Found by the last look, beside the group. */
  #strays: readonly ProcessFacts[] = [];

  constructor(leader: number, mark: string, orphans: Orphans) {
    this.#leader = leader;
    this.#marks = new Set([mark]);
    this.#orphans = orphans;
  }

  /** Ask only when the leader has ended: before, its children are its own. */
  async isEmpty(): Promise<boolean> {
    return this.isEmptyNow() ?? await this.#isEmptyAnywhere();
  }

  /** The same at once; undefined if that takes a walk. */
  isEmptyNow(): boolean | undefined {
    if (!this.#orphans.isAdopting) return undefined;
    this.#strays = this.#orphans.list().flatMap((pid) => {
      const found = findProcess(pid);
      return found && this.#isTheirs(found) ? [found] : [];
    });
    return this.#strays.length === 0 && !this.#hasGroup();
  }

  async #isEmptyAnywhere(): Promise<boolean> {
    const strays: ProcessFacts[] = [];
    for await (const one of listProcesses()) {
      if (one.pid !== process.pid && this.#isTheirs(one)) strays.push(one);
    }
    this.#strays = strays;
    return strays.length === 0;
  }

  signal(name: NodeJS.Signals): void {
    send(-this.#leader, name);
    for (const { pid, group } of this.#strays) {
      // The leader of a group of its own takes that with it.
      send(group === pid ? -pid : pid, name);
    }
  }

  pids(): number[] {
    return this.#strays.map(({ pid }) => pid);
  }

  #hasGroup(): boolean {
    return send(-this.#leader, 0);
  }

  #isTheirs(one: ProcessFacts): boolean {
    return one.group === this.#leader || one.session === this.#leader ||
      isMarked(one, this.#marks);
  }
}

/** False if there is nobody to hear it. */
function send(target: number, signal: NodeJS.Signals | 0): boolean {
  try {
    process.kill(target, signal);
    return true;
  } catch {
    return false;
  }
}
