/**
 * The file that one service's lines are written to, and its rotation: `x.log`,
 * `x.log.1` (the newest) and so on.
 *
 * No file grows over its bound, lines are never torn, and a file that cannot be
 * written costs lines, which are counted, and never memory. It belongs to the
 * service's name: processes come and go.
 */

import {
  closeSync,
  fchmodSync,
  fstatSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  writeSync,
} from "node:fs";
import type { LogRules } from "../config/config.ts";
import { newlinesIn, type TaggedLines } from "./line_cutter.ts";

/** A full disk is tried again this often. */
export const RETRY_MS = 1_000;

const NEWLINE = 10;

type State =
  | { readonly kind: "open"; readonly fd: number }
  | {
    readonly kind: "broken";
    readonly error: string;
    readonly sinceMs: number;
  };

export class LogFile {
  readonly path: string;
  #rules: LogRules;
  #state: State = { kind: "broken", error: "not opened", sinceMs: -Infinity };
  #size = 0;
  #lostLines = 0;
  /** Of those, which the file does not tell of yet. */
  #untold = 0;

  constructor(path: string, rules: LogRules) {
    this.path = path;
    this.#rules = rules;
  }

  get size(): number {
    return this.#size;
  }

  get lostLines(): number {
    return this.#lostLines;
  }

  /** Why nothing can be written at present. */
  get error(): string | undefined {
    if (this.#state.kind === "open" || this.#untold === 0) return undefined;
    return this.#state.error;
  }

  get keep(): number {
    return this.#rules.keep;
  }

  setRules(rules: LogRules): void {
    this.#rules = rules;
  }

  write({ bytes, lines }: TaggedLines, nowMs: number): void {
    if (!this.#isOpen(nowMs)) return this.#lose(lines);
    let start = 0;
    try {
      while (start < bytes.length) {
        const end = this.#fitting(bytes, start);
        if (end === start) this.#rotate();
        else start = this.#append(bytes, start, end);
      }
    } catch (error) {
      this.#break(error, nowMs);
      this.#lose(newlinesIn(bytes.subarray(start)));
    }
  }

  /** Tries again whether it can be written. Does nothing if it can. */
  retry(nowMs: number): void {
    this.#isOpen(nowMs);
  }

  close(): void {
    if (this.#state.kind === "open") closeSync(this.#state.fd);
    this.#state = { kind: "broken", error: "closed", sinceMs: Infinity };
  }

  /** How far lines fit into the file; all the way into an empty one. */
  #fitting(bytes: Buffer, start: number): number {
    const room = this.#rules.maxBytes - this.#size;
    if (bytes.length - start <= room) return bytes.length;
    const fitting = room > 0
      ? bytes.lastIndexOf(NEWLINE, start + room - 1) + 1
      : 0;
    if (fitting > start) return fitting;
    return this.#size > 0 ? start : bytes.indexOf(NEWLINE, start) + 1;
  }

  /** Returns how far it came; throws where it does not go on. */
  #append(bytes: Buffer, start = 0, end = bytes.length): number {
    if (this.#state.kind !== "open") throw new Error(this.#state.error);
    const written = writeSync(this.#state.fd, bytes, start, end - start);
    this.#size += written;
    return start + written;
  }

  #rotate(): void {
    if (this.#state.kind === "open") closeSync(this.#state.fd);
    this.#state = { kind: "broken", error: "rotating", sinceMs: -Infinity };
    const { keep } = this.#rules;
    rmSync(this.numbered(keep), { force: true });
    for (let n = keep - 1; n >= 0; n--) {
      move(this.numbered(n), this.numbered(n + 1));
    }
    this.#open();
  }

  /** Path of the n-th older file; 0 is the one being written. */
  numbered(n: number): string {
    return n === 0 ? this.path : `${this.path}.${n}`;
  }

  #open(): void {
    const fd = openSync(this.path, "a+", 0o600);
    this.#state = { kind: "open", fd };
    fchmodSync(fd, 0o600);
    this.#size = fstatSync(fd).size;
    const last = Buffer.from([NEWLINE]);
    if (this.#size > 0) readSync(fd, last, 0, 1, this.#size - 1);
    // A full disk, or a runner that was killed, may have left a line torn.
    if (last[0] !== NEWLINE) this.#append(Buffer.from([NEWLINE]));
  }

  #isOpen(nowMs: number): boolean {
    if (this.#state.kind === "open") return true;
    if (nowMs - this.#state.sinceMs < RETRY_MS) return false;
    try {
      this.#open();
      this.#tell();
      return true;
    } catch (error) {
      this.#break(error, nowMs);
      return false;
    }
  }

  /** Says in the file how many lines are missing here. */
  #tell(): void {
    if (this.#untold === 0) return;
    const mark = Buffer.from(`[hv] ${this.#untold} lines lost\n`);
    if (this.#append(mark) < mark.length) {
      throw new Error("ENOSPC: no space left on device");
    }
    this.#untold = 0;
  }

  #break(error: unknown, nowMs: number): void {
    if (this.#state.kind === "open") closeSync(this.#state.fd);
    const { message } = error as Error;
    this.#state = { kind: "broken", error: message, sinceMs: nowMs };
  }

  #lose(lines: number): void {
    this.#lostLines += lines;
    this.#untold += lines;
  }
}

function move(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch (error) {
    // Not every number has a file yet.
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
}
