/**
 * Starting a daemon from another command: detached, in a session of its own,
 * with its log in the data directory. It goes on when the command has ended.
 */

import {
  closeSync,
  openSync,
  readFileSync,
  renameSync,
  statSync,
} from "node:fs";
import { join } from "node:path";
import { HypivisorError } from "../errors.ts";
import { makePrivateDir } from "../paths.ts";
import { Connection, UnreachableError } from "./connection.ts";
import { ownCommand } from "./own_command.ts";
import type { Target } from "./target.ts";

/** It listens within milliseconds; a large database takes longer to open. */
const UP_WITHIN_MS = 15_000;
const LOOK_EVERY_MS = 20;

/** At a start, a log larger than this becomes the old one. */
const LOG_MAX_BYTES = 5 * 1024 * 1024;

export function logFileOf(dataDir: string): string {
  return join(dataDir, "logs", "hypivisor.log");
}

/**
 * Resolves once it answers.
 *
 * @throws {HypivisorError} `unavailable` with what it said, if it does not.
 */
export async function startDaemon(
  target: Extract<Target, { kind: "socket" }>,
): Promise<void> {
  const { dataDir } = target;
  makePrivateDir(dataDir);
  makePrivateDir(join(dataDir, "logs"));
  const file = logFileOf(dataDir);
  rotate(file);
  const log = openSync(file, "a", 0o600);
  const from = statSync(file).size;
  const child = Bun.spawn([...ownCommand(), "serve", "--data-dir", dataDir], {
    // Not where it was started: that folder may be removed or unmounted.
    cwd: "/",
    detached: true,
    stdio: ["ignore", log, log],
    env: process.env,
  });
  closeSync(log);
  const deadline = performance.now() + UP_WITHIN_MS;
  while (!await isUp(target)) {
    if (child.exitCode !== null || performance.now() > deadline) {
      throw new HypivisorError(
        "unavailable",
        `Cannot start a hypivisor: ${lastLine(file, from)}. Its log is ${file}`,
      );
    }
    await Bun.sleep(LOOK_EVERY_MS);
  }
  child.unref();
}

async function isUp(target: Target): Promise<boolean> {
  try {
    await new Connection(target).fetch("/healthz");
    return true;
  } catch (thrown) {
    if (thrown instanceof UnreachableError) return false;
    throw thrown;
  }
}

function rotate(file: string): void {
  try {
    if (statSync(file).size > LOG_MAX_BYTES) renameSync(file, `${file}.1`);
  } catch {
    // There is none: this is the first start.
  }
}

function lastLine(file: string, from: number): string {
  const said = readFileSync(file).subarray(from).toString().trim();
  const line = said.split("\n").at(-1) ?? "";
  return line.replace(/^hypivisor: /, "") || "it said nothing";
}
