/**
 * One process of a service: started in a session of its own on real pipes, its
 * output read to the end, its exit told.
 *
 * What is left of it when it has ended, and how it is made to end, is not known
 * here.
 */

import { closeSync } from "node:fs";
import { constants } from "node:os";
import { HypivisorError } from "../../../errors.ts";
import { logger } from "../../../log.ts";
import { makePipe, type Pipe } from "../../libc.ts";
import { type Pump, startPump } from "./pump.ts";

const log = logger("service_process");

export interface SpawnPlan {
  /** The program as an absolute path, and its arguments. */
  readonly command: readonly string[];
  readonly folder: string;
  readonly env: Readonly<Record<string, string>>;
  /** Whether its stdin is written to; `/dev/null` otherwise. */
  readonly hasInput: boolean;
  /** Whether it tells on descriptor 3 that it is ready. */
  readonly hasReadyFd: boolean;
  readonly cgroup?: string;
}

export interface ExitStatus {
  /** As shells say it. */
  readonly code: number;
  readonly signal?: string;
}

export interface ProcessEvents {
  onOut(chunk: Uint8Array): void;
  onErr(chunk: Uint8Array): void;
  /** It wrote a line on descriptor 3. */
  onReady(): void;
  /** Its output may still be on the way. */
  onExit(exit: ExitStatus): void;
}

const NEWLINE = 10;

export class ServiceProcess {
  readonly #child: Bun.Subprocess;
  readonly #pumps: readonly Pump[];
  /** Resolves when all of its output was handed on. Never rejects. */
  readonly outputEnded: Promise<void>;

  /** @throws {HypivisorError} `unavailable`, saying what to do. */
  constructor(plan: SpawnPlan, events: ProcessEvents) {
    const pipes = makePipes(plan.hasReadyFd ? 3 : 2);
    const [out, err, ready] = pipes;
    try {
      this.#child = spawn(plan, pipes, events);
    } catch (thrown) {
      for (const { readFd } of pipes) closeSync(readFd);
      throw startFailed(plan, thrown as NodeJS.ErrnoException);
    } finally {
      // The child has its own: ours would keep the pipes from ending.
      for (const { writeFd } of pipes) closeSync(writeFd);
    }
    const onReady = (chunk: Uint8Array) => {
      if (chunk.includes(NEWLINE)) events.onReady();
    };
    this.#pumps = [
      ...out ? [startPump(out.readFd, (chunk) => events.onOut(chunk))] : [],
      ...err ? [startPump(err.readFd, (chunk) => events.onErr(chunk))] : [],
      ...ready ? [startPump(ready.readFd, onReady)] : [],
    ];
    this.outputEnded = Promise.all(this.#pumps.map(({ ended }) => ended))
      .then(() => {});
  }

  get pid(): number {
    return this.#child.pid;
  }

  /** Writes to its stdin. Resolves when that is taken, or it is gone. */
  async write(bytes: Uint8Array | string): Promise<void> {
    const { stdin } = this.#child;
    if (typeof stdin !== "object") return;
    try {
      stdin.write(bytes);
      await stdin.flush();
    } catch (error) {
      // Its exit says the same, and says why. Uncaught, it would end us.
      log.debug("write_failed", { error: (error as Error).message });
    }
  }

  /** Reads no more of its output, whoever still holds the pipes. */
  closeOutput(): void {
    for (const pump of this.#pumps) pump.close();
  }
}

function spawn(
  { command, folder, env, hasInput, cgroup }: SpawnPlan,
  [out, err, ready]: readonly Pipe[],
  events: ProcessEvents,
): Bun.Subprocess {
  return Bun.spawn([...command], {
    cwd: folder,
    env: { ...env },
    // A session of its own: no terminal of ours, and a group to be ended by.
    detached: true,
    stdio: [
      hasInput ? "pipe" : "ignore",
      out?.writeFd ?? "ignore",
      err?.writeFd ?? "ignore",
      ...ready ? [ready.writeFd] : [],
    ],
    ...(cgroup === undefined ? {} : { cgroup }),
    onExit: (_child, code, signal) => events.onExit(exitOf(code, signal)),
  });
}

/** Real-time signals have no name, and come as numbers. */
function exitOf(
  code: number | null,
  signal: string | number | null,
): ExitStatus {
  if (signal === null) return { code: code ?? 0 };
  if (typeof signal === "number") {
    return { code: 128 + signal, signal: `SIG${signal}` };
  }
  const number = constants.signals[signal as NodeJS.Signals] ?? 0;
  return { code: 128 + number, signal };
}

function makePipes(count: number): Pipe[] {
  const pipes: Pipe[] = [];
  for (let i = 0; i < count; i++) {
    const pipe = makePipe();
    if (!pipe) {
      for (const { readFd, writeFd } of pipes) {
        closeSync(readFd);
        closeSync(writeFd);
      }
      throw new HypivisorError(
        "unavailable",
        "Cannot make a pipe: there are too many open files. Raise the limit (ulimit -n)",
      );
    }
    pipes.push(pipe);
  }
  return pipes;
}

const ADVICE: Readonly<Record<string, string>> = {
  EACCES: "it may not be executed. Check its permissions",
  ENOENT: "what it is run with does not exist. Check its first line",
  ENOEXEC: "it is not a program for this machine. Check its first line",
  ETXTBSY: "it is being written",
  EMFILE: "there are too many open files. Raise the limit (ulimit -n)",
  ENFILE: "the system has too many open files",
  EAGAIN: "the system allows no more processes",
  ENOMEM: "there is no memory left",
  E2BIG: "its arguments and environment are too long",
};

function startFailed(
  { command: [name = ""] }: SpawnPlan,
  error: NodeJS.ErrnoException,
): HypivisorError {
  const why = ADVICE[error.code ?? ""] ?? error.message;
  const code = error.code ? ` (${error.code})` : "";
  return new HypivisorError(
    "unavailable",
    `Cannot start "${name}": ${why}${code}`,
    { cause: error },
  );
}
