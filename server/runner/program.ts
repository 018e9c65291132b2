/**
 * One run of a terminal's program: started, on record, ended with all that it
 * has left behind.
 *
 * The pty, the record and the processes belong together here. What is done
 * with the output is not known.
 */

import { existsSync } from "node:fs";
import { HypivisorError } from "../errors.ts";
import type { OpenSpec } from "../protocol/runner.ts";
import type { TerminalSize } from "../protocol/terminal.ts";
import { childEnv } from "./child_env.ts";
import type { ChildRecord, ChildRecords } from "./child_record.ts";
import { endChildren } from "./ending.ts";
import { bootId, findProcess } from "./process_table.ts";
import { Pty } from "./pty.ts";

/**
 * Output may still be on its way when the program has ended. There is no end of
 * it while somebody else holds the terminal open: then silence is enough, or
 * that it has gone on for too long.
 */
const SILENCE_MS = 100;
const DRAIN_MAX_MS = 2_000;

const BOOT_ID = bootId();

export interface ProgramEvents {
  onOutput(chunks: readonly Uint8Array[]): void;
  onInputTaken(inputBytes: number): void;
  /** It has ended and its output is complete. One of the two is null. */
  onExit(code: number | null, signal: string | null): void;
}

type Exit = readonly [code: number | null, signal: string | null];

export class Program {
  readonly #pty: Pty;
  readonly #events: ProgramEvents;
  readonly #child: ChildRecord;
  readonly #exited = Promise.withResolvers<Exit>();
  readonly #outputEnded = Promise.withResolvers<void>();
  /** Resolves when nothing is left of it. Never rejects. */
  readonly gone: Promise<void>;
  #isToBeEnded = false;
  #isDrained = false;
  #heardAt = 0;

  /** @throws {HypivisorError} `unavailable`, saying what to do. */
  constructor(
    spec: OpenSpec,
    size: TerminalSize,
    records: ChildRecords,
    events: ProgramEvents,
  ) {
    this.#events = events;
    const { id: terminal } = spec;
    const env = childEnv(spec.env, terminal);
    const command = [findCommand(spec, env), ...spec.command.slice(1)];
    const entry = records.add({ terminal, bootId: BOOT_ID });
    try {
      this.#pty = new Pty({ command, folder: spec.folder, env, size }, {
        onOutput: (chunks) => {
          this.#heardAt = Date.now();
          events.onOutput(chunks);
        },
        onInputTaken: (left) => events.onInputTaken(left),
        onExit: (...exit) => this.#exited.resolve(exit),
        onEnd: () => {
          this.#isDrained = true;
          this.#outputEnded.resolve();
        },
      });
    } catch (thrown) {
      entry.remove();
      throw startFailed(spec, thrown as NodeJS.ErrnoException);
    }
    const { pid } = this.#pty;
    const startedAt = findProcess(pid)?.startedAt;
    this.#child = {
      terminal,
      bootId: BOOT_ID,
      pid,
      ...(startedAt ? { startedAt } : {}),
    };
    entry.update(this.#child);
    this.gone = this.#finish().finally(() => entry.remove());
  }

  get pid(): number {
    return this.#pty.pid;
  }

  get inputBytes(): number {
    return this.#pty.inputBytes;
  }

  write(bytes: Uint8Array): void {
    this.#pty.write(bytes);
  }

  resize(size: TerminalSize): void {
    this.#pty.resize(size);
  }

  hold(isHeld: boolean): void {
    this.#pty.hold(isHeld);
  }

  /** Resolves when it has ended by itself, or after so many milliseconds. */
  async endsWithin(ms: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, ms);
    await Promise.race([promise, this.#exited.promise]);
    clearTimeout(timer);
  }

  /** Ends it with all that is left of it, wherever that has moved. */
  async end(): Promise<void> {
    this.#isToBeEnded = true;
    this.#pty.release();
    await endChildren([this.#child], { everywhere: true });
    await this.gone;
  }

  async #finish(): Promise<void> {
    const exit = await this.#exited.promise;
    this.#pty.release();
    await this.#drain();
    this.#events.onExit(...exit);
    if (!this.#isToBeEnded) {
      await endChildren([this.#child], { everywhere: false });
    }
    this.#pty.close();
  }

  async #drain(): Promise<void> {
    const deadline = Date.now() + DRAIN_MAX_MS;
    let now;
    do {
      const silence = Bun.sleep(SILENCE_MS);
      await Promise.race([this.#outputEnded.promise, silence]);
      now = Date.now();
    } while (
      !this.#isDrained && now - this.#heardAt < SILENCE_MS && now < deadline
    );
  }
}

/** @throws {HypivisorError} `unavailable`, saying what to do. */
function findCommand(
  { command, folder }: OpenSpec,
  env: Readonly<Record<string, string>>,
): string {
  const [name = ""] = command;
  if (!existsSync(folder)) {
    throw new HypivisorError(
      "unavailable",
      `Cannot start "${name}": the folder "${folder}" does not exist. Make it, or choose another`,
    );
  }
  const found = Bun.which(name, { PATH: env.PATH ?? "", cwd: folder });
  if (found) return found;
  throw new HypivisorError(
    "unavailable",
    name.includes("/")
      ? `Cannot start "${name}": there is no such program. Check its path, and that it may be executed`
      : `Cannot start "${name}": it is not on the PATH. Install it, or give its full path`,
  );
}

function startFailed(
  { command }: OpenSpec,
  error: NodeJS.ErrnoException,
): HypivisorError {
  const [name = ""] = command;
  const advice: Record<string, string> = {
    EACCES: "it may not be executed. Check its permissions",
    ENOENT: "what it is run with does not exist. Check its first line",
    ENOEXEC: "it is not a program for this machine. Check its first line",
    EMFILE: "there are too many open files. Close some terminals first",
    ENOSPC: "the system has no terminals left. Close some first",
    EAGAIN: "the system allows no more processes. End some first",
    ENOMEM: "there is no memory left. End some programs first",
    E2BIG: "its arguments and environment are too long. Shorten them",
  };
  const why = advice[error.code ?? ""] ?? error.message;
  return new HypivisorError("unavailable", `Cannot start "${name}": ${why}`, {
    cause: error,
  });
}
