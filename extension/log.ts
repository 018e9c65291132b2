/**
 * The operational log: what pi-socket did, as JSON lines in a file of its own.
 *
 * Written in the background and rotated; a log that cannot be written is given
 * up in silence, because nothing here may disturb pi or its terminal. Never
 * holds tokens or prompts.
 */

import { appendFile, rename, stat } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { makeFolder } from "./folder.ts";

/** Large enough for months of state changes, small enough to open anywhere. */
const FILE_MAX_BYTES = 2 * 1024 * 1024;
/** Two old files are kept: `.1` and `.2`. */
const OLD_FILES = 2;
/** Lines in memory; past it the newest are dropped until the disk answers. */
const WAITING_MAX = 1_000;
const FLUSH_AFTER_MS = 200;

export type Level = "info" | "warn" | "error";

/** `PI_SOCKET_LOG`, or `~/.pi/logs/pi-socket.jsonl`. */
export function logPath(env: NodeJS.ProcessEnv): string {
  return env.PI_SOCKET_LOG ||
    join(env.HOME || homedir(), ".pi", "logs", "pi-socket.jsonl");
}

export class Log {
  readonly #path: string;
  #waiting: string[] = [];
  #writing: Promise<void> | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(path: string) {
    this.#path = path;
  }

  write(
    level: Level,
    component: string,
    msg: string,
    fields: Readonly<Record<string, unknown>> = {},
  ): void {
    if (this.#waiting.length >= WAITING_MAX) return;
    const ts = new Date().toISOString();
    const line = { ts, level, component, msg, pid: process.pid, ...fields };
    this.#waiting.push(JSON.stringify(line) + "\n");
    this.#timer ??= setTimeout(() => void this.flush(), FLUSH_AFTER_MS);
    this.#timer.unref?.();
  }

  /** A callback threw: a bug of ours, for the hardening loop to find. */
  needsHardening(boundary: string, thrown: unknown): void {
    const error = thrown instanceof Error ? thrown.message : String(thrown);
    const stack = thrown instanceof Error ? thrown.stack : undefined;
    this.write("error", "boundary", "callback failed", {
      needsHardening: true,
      boundary,
      error,
      stack,
    });
  }

  /** Writes what waits. Never rejects. */
  flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#writing = (this.#writing ?? Promise.resolve()).then(() =>
      this.#drain()
    );
    return this.#writing;
  }

  async #drain(): Promise<void> {
    const text = this.#waiting.join("");
    this.#waiting = [];
    if (!text) return;
    try {
      await makeFolder(dirname(this.#path));
      await this.#rotate(text.length);
      await appendFile(this.#path, text, { mode: 0o600 });
    } catch {
      // A full or read-only disk: there is nowhere left to say so.
    }
  }

  async #rotate(more: number): Promise<void> {
    const size = await stat(this.#path).then((s) => s.size, () => 0);
    if (size + more <= FILE_MAX_BYTES) return;
    for (let n = OLD_FILES; n > 0; n--) {
      const from = n === 1 ? this.#path : `${this.#path}.${n - 1}`;
      // Another pi may have rotated the shared file a moment ago.
      await rename(from, `${this.#path}.${n}`).catch(() => {});
    }
  }
}
