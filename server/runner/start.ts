/**
 * Starts the runner's parts, joins them, and ends them in order.
 */

import { join, resolve } from "node:path";
import { HypivisorError } from "../errors.ts";
import { logger } from "../log.ts";
import { makePrivateDir } from "../paths.ts";
import { lockForRunner } from "./lock.ts";
import { Runner } from "./runner.ts";
import { listen } from "./socket.ts";

const log = logger("runner");

export interface RunningRunner {
  /** Resolves when all children are gone and the socket is closed. */
  readonly ended: Promise<void>;
}

/** @throws {HypivisorError} `conflict` if another runner has the folder. */
export function startRunner(dir: string): RunningRunner {
  const dataDir = resolve(dir);
  makePrivateDir(dataDir);
  if (!lockForRunner(dataDir)) {
    throw new HypivisorError(
      "conflict",
      `Cannot start a runner: another one has "${dataDir}"`,
    );
  }
  const runner = new Runner();
  const { promise: ended, resolve: end } = Promise.withResolvers<void>();
  let isEnding = false;
  async function shutdown(why: string): Promise<void> {
    if (isEnding) return;
    isEnding = true;
    log.info("runner_ending", { why });
    await runner.endAll();
    socket.close();
    end();
  }
  const socket = listen(
    join(dataDir, "runner.sock"),
    {
      runner,
      startedAt: Date.now(),
      shutdown: () => void shutdown("asked"),
    },
    () => {},
  );
  process.on("SIGTERM", () => void shutdown("SIGTERM"));
  process.on("SIGINT", () => void shutdown("SIGINT"));
  process.on("SIGHUP", () => {});
  return { ended };
}
