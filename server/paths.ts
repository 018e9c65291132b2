/**
 * Where things are kept, and the private folder they are kept in.
 *
 * The pi extension finds the token by the same rule; a change here is a change
 * there (`extension/token.ts`).
 */

import { chmodSync, closeSync, mkdirSync, openSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { HypivisorError } from "./errors.ts";

/** `$XDG_STATE_HOME/hypivisor`, `~/.local/state/hypivisor` without it. */
export function defaultDataDir(env: NodeJS.ProcessEnv): string {
  const state = env.XDG_STATE_HOME;
  // The specification says to ignore a relative path.
  const base = state?.startsWith("/")
    ? state
    : join(env.HOME || homedir(), ".local", "state");
  return join(base, "hypivisor");
}

/**
 * The daemon's Unix socket, for programs of this user on this machine: all its
 * routes, without a token. In the folder that the daemon locked, which is
 * `dataDir` unless another daemon had that.
 */
export function daemonSocket(dataDir: string): string {
  return join(dataDir, "hypivisor.sock");
}

/** The runner's Unix socket, in the same folder. */
export function runnerSocket(dataDir: string): string {
  return join(dataDir, "runner.sock");
}

/**
 * Makes a folder that only this user can enter, or tightens one that exists.
 *
 * @throws {HypivisorError} `unavailable` if it can be neither made nor owned.
 */
export function makePrivateDir(dir: string): void {
  try {
    mkdirSync(dir, { recursive: true, mode: 0o700 });
    if (process.platform !== "win32") chmodSync(dir, 0o700);
  } catch (cause) {
    throw new HypivisorError(
      "unavailable",
      `Cannot use the data directory "${dir}": ${(cause as Error).message}`,
      { cause },
    );
  }
}

/** Makes sure that a file is there that only this user can read. */
export function makePrivateFile(file: string): string {
  closeSync(openSync(file, "a", 0o600));
  if (process.platform !== "win32") chmodSync(file, 0o600);
  return file;
}
