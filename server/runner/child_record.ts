/**
 * Children on record: a file for each program that was started, so that the
 * next runner can end what a killed one has left.
 *
 * Written before the program starts and removed when all of it is gone. Ends
 * nothing itself.
 */

import { appendFileSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { logger } from "../log.ts";
import { makePrivateDir } from "../paths.ts";
import type { ServiceName } from "../protocol/service.ts";
import type { TerminalId } from "../protocol/terminal.ts";
import { id, integer, object, optional, parseJson, text } from "../read.ts";

const log = logger("child_record");

/** What was started. Without a pid it was about to be. */
export interface ChildRecord {
  /** Whose it is: a terminal's id, or `service/` and a service's name. */
  readonly terminal: TerminalId;
  readonly bootId: string;
  readonly pid?: number;
  readonly startedAt?: string;
}

const SERVICE_PREFIX = "service/";

export function isService({ terminal }: ChildRecord): boolean {
  return terminal.startsWith(SERVICE_PREFIX);
}

const readChild = object({
  terminal: id<TerminalId>(),
  bootId: text({ max: 100 }),
  pid: optional(integer(1, 2 ** 31)),
  startedAt: optional(text({ max: 100 })),
});

export class ChildRecords {
  /** Called when nothing is left of a child but what is to be reaped. */
  onRemoved: () => void = () => {};
  readonly #dir: string;
  /** Of this runner's children. */
  readonly #pids = new Map<string, number>();

  constructor(dataDir: string) {
    this.#dir = join(dataDir, "children");
    makePrivateDir(this.#dir);
  }

  /**
   * What the processes of a service are marked with and on record by: another
   * runner of this user may have a service of the same name.
   */
  serviceOwner(name: ServiceName): TerminalId {
    const ours = Bun.hash(this.#dir).toString(36);
    return `${SERVICE_PREFIX}${name}@${ours}` as TerminalId;
  }

  /** Records one child. Returns what says more of it, or forgets it. */
  add(record: ChildRecord): {
    update(record: ChildRecord): void;
    remove(): void;
  } {
    const file = join(this.#dir, `${crypto.randomUUID()}.json`);
    append(file, record);
    return {
      update: (record) => {
        if (record.pid !== undefined) this.#pids.set(file, record.pid);
        append(file, record);
      },
      remove: () => {
        this.#pids.delete(file);
        rmSync(file, { force: true });
        this.onRemoved();
      },
    };
  }

  /** The processes that this runner started and that are not over. */
  pids(): ReadonlySet<number> {
    return new Set(this.#pids.values());
  }

  /** All that a runner before this one has left here. */
  readAll(): ChildRecord[] {
    return this.#files().flatMap((file) => {
      try {
        const lines = readFileSync(file, "utf8").split("\n");
        // Behind the last newline is nothing, or what a full disk left of one.
        return [readChild(parseJson(lines.at(-2) ?? ""), "child")];
      } catch (thrown) {
        log.warn("record_unreadable", { file, why: String(thrown) });
        return [];
      }
    });
  }

  clear(): void {
    for (const file of this.#files()) rmSync(file, { force: true });
  }

  #files(): string[] {
    return readdirSync(this.#dir).map((name) => join(this.#dir, name));
  }
}

/**
 * The last whole line counts. A runner that is killed has written a line or not,
 * and after a crash of the machine no record matters: a file that takes the
 * place of another has ext4 write to the disk at once, before each start.
 */
function append(file: string, record: ChildRecord): void {
  appendFileSync(file, `${JSON.stringify(record)}\n`, { mode: 0o600 });
}
