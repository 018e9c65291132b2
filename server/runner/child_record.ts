/**
 * Children on record: a file with a line for whatever becomes of a program that
 * was started, so that the next runner can end what a killed one has left.
 *
 * Written before the program starts, when its pid is known, and when all of it
 * is gone. Ends nothing itself.
 */

import {
  appendFileSync,
  closeSync,
  openSync,
  readFileSync,
  renameSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { logger } from "../log.ts";
import { makePrivateFile } from "../paths.ts";
import type { ServiceName } from "../protocol/service.ts";
import type { TerminalId } from "../protocol/terminal.ts";
import { id, integer, object, optional, parseJson, text } from "../read.ts";

const log = logger("child_record");

/** Some thousand starts; then what is over is left out of a new file. */
const FILE_MAX_BYTES = 1024 * 1024;

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

/** Without a record the child is over. */
const readLine = object({
  child: integer(1, Number.MAX_SAFE_INTEGER),
  record: optional(object({
    terminal: id<TerminalId>(),
    bootId: text({ max: 100 }),
    pid: optional(integer(1, 2 ** 31)),
    startedAt: optional(text({ max: 100 })),
  })),
});

export class ChildRecords {
  /** Called when nothing is left of a child but what is to be reaped. */
  onRemoved: () => void = () => {};
  readonly #path: string;
  #fd: number;
  #bytes = 0;
  /** Of this runner's children, by their numbers. */
  readonly #children = new Map<number, ChildRecord>();
  #last = 0;

  constructor(dataDir: string) {
    this.#path = makePrivateFile(join(dataDir, "children.jsonl"));
    this.#fd = openSync(this.#path, "a");
  }

  /**
   * What the processes of a service are marked with and on record by: another
   * runner of this user may have a service of the same name.
   */
  serviceOwner(name: ServiceName): TerminalId {
    const ours = Bun.hash(this.#path).toString(36);
    return `${SERVICE_PREFIX}${name}@${ours}` as TerminalId;
  }

  /**
   * Records one child. Returns what says more of it, or forgets it.
   *
   * @throws {Error} if the disk does not take it: the child must not start.
   */
  add(record: ChildRecord): {
    update(record: ChildRecord): void;
    remove(): void;
  } {
    const child = ++this.#last;
    this.#append(child, record);
    this.#children.set(child, record);
    return {
      update: (record) => {
        this.#children.set(child, record);
        this.#tryAppend(child, record);
      },
      remove: () => {
        this.#children.delete(child);
        this.#tryAppend(child);
        this.onRemoved();
      },
    };
  }

  /** The processes that this runner started and that are not over. */
  pids(): ReadonlySet<number> {
    const pids = Array.from(this.#children.values(), ({ pid }) => pid);
    return new Set(pids.filter((pid) => pid !== undefined));
  }

  /** All that a runner before this one has left here. */
  readAll(): ChildRecord[] {
    const found = new Map<number, ChildRecord>();
    for (const line of readFileSync(this.#path, "utf8").split("\n")) {
      if (line === "") continue;
      try {
        const { child, record } = readLine(parseJson(line), "child");
        if (record) found.set(child, record);
        else found.delete(child);
      } catch (thrown) {
        // A full disk may have torn it.
        log.warn("record_unreadable", { why: String(thrown) });
      }
    }
    return [...found.values()];
  }

  /** Forgets what a runner before this one has left. */
  clear(): void {
    truncateSync(this.#path);
  }

  /**
   * A full disk costs the line: a child that is on record without a pid is
   * found by its mark, and one that is over is not found.
   */
  #tryAppend(child: number, record?: ChildRecord): void {
    try {
      this.#append(child, record);
    } catch (error) {
      log.error("write_failed", { err: (error as Error).message });
    }
  }

  #append(child: number, record?: ChildRecord): void {
    // A line that a full disk has torn ends here.
    const line = `\n${lineOf(child, record)}\n`;
    appendFileSync(this.#fd, line);
    this.#bytes += line.length;
    if (this.#bytes > FILE_MAX_BYTES) this.#rewrite();
  }

  /** By way of another name: a crash leaves the old file or the new one. */
  #rewrite(): void {
    const draft = `${this.#path}.new`;
    const lines = Array.from(this.#children, (one) => `${lineOf(...one)}\n`);
    writeFileSync(draft, lines.join(""), { mode: 0o600 });
    renameSync(draft, this.#path);
    closeSync(this.#fd);
    this.#fd = openSync(this.#path, "a");
    this.#bytes = 0;
  }
}

function lineOf(child: number, record?: ChildRecord): string {
  return JSON.stringify({ child, record });
}
