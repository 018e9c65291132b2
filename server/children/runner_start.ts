/**
 * Starts a runner: the same executable, in a session of its own, which nothing
 * that ends the daemon ends. Where its log goes, and what it last said.
 */

import {
  closeSync,
  existsSync,
  openSync,
  readFileSync,
  renameSync,
  statSync,
} from "node:fs";
import { join } from "node:path";
import { makePrivateDir, makePrivateFile } from "../paths.ts";
import { runnerEnv } from "./environment.ts";

/**
 * A runner logs a few lines a terminal. What is over this when one starts is
 * put aside, and the log before that forgotten.
 */
const LOG_MAX_BYTES = 1024 * 1024;

/** Said of a runner that did not come up. */
const LAST_LINES = 5;

export interface StartingRunner {
  /** Its exit code, or the signal that ended it, once it has ended. */
  readonly ended: number | string | undefined;
  /** The last lines of its log. */
  lastWords(): string;
}

export interface RunnerPlace {
  readonly dataDir: string;
  readonly logLevel: string;
}

/**
 * Starts the process; whether it answers is for the caller to see.
 *
 * @throws {Error} if there is no such program, or no room for it.
 */
export function startRunner(
  { dataDir, logLevel }: RunnerPlace,
): StartingRunner {
  const file = logFile(dataDir);
  const fd = openSync(file, "a", 0o600);
  const from = statSync(file).size;
  try {
    const child = Bun.spawn(
      [
        ...executable(),
        "runner",
        "--data-dir",
        dataDir,
        "--log-level",
        logLevel,
      ],
      {
        // A folder that is there for as long as it is.
        cwd: dataDir,
        env: runnerEnv(process.env),
        // `setsid`, in Bun 1.4.5: no signal for the daemon's group reaches it.
        detached: true,
        stdin: "ignore",
        stdout: fd,
        stderr: fd,
      },
    );
    child.unref();
    return {
      get ended() {
        return child.exitCode ?? child.signalCode ?? undefined;
      },
      lastWords: () =>
        readFileSync(file).subarray(from).toString().trim().split("\n")
          .slice(-LAST_LINES).join("\n"),
    };
  } finally {
    closeSync(fd);
  }
}

/** This program: the executable itself, or Bun and the source. */
function executable(): string[] {
  if (Bun.isStandaloneExecutable) return [process.execPath];
  return [process.execPath, join(import.meta.dir, "../../main.ts")];
}

function logFile(dataDir: string): string {
  const dir = join(dataDir, "logs");
  makePrivateDir(dir);
  const file = join(dir, "runner.log");
  if (existsSync(file) && statSync(file).size > LOG_MAX_BYTES) {
    renameSync(file, `${file}.1`);
  }
  return makePrivateFile(file);
}
