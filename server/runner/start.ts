/**
 * The runner as a process: its parts joined, started in order and ended.
 *
 * Nothing ends it but a request, a signal, or a while in which it had neither
 * children nor connections. A bug is logged and outlived.
 */

import { join, resolve } from "node:path";
import { HypivisorError } from "../errors.ts";
import { logger } from "../log.ts";
import { makePrivateDir } from "../paths.ts";
import { restSoon } from "../rest.ts";
import { ChildRecords } from "./child_record.ts";
import { endLeftovers } from "./leftovers.ts";
import { lockForRunner } from "./lock.ts";
import { Runner } from "./runner.ts";
import { type OpenServices, openServices } from "./services/open.ts";
import { listen, type RunnerSocket } from "./socket.ts";

const log = logger("runner");

export interface RunningRunner {
  readonly socketPath: string;
  /** Resolves when all children are gone and the socket is closed. */
  readonly ended: Promise<void>;
}

/**
 * Listens once nothing is left of a runner before this one.
 *
 * @throws {HypivisorError} `conflict` if another runner has the folder.
 */
export async function startRunner(
  dir: string,
  idleMaxMs: number,
): Promise<RunningRunner> {
  const dataDir = resolve(dir);
  makePrivateDir(dataDir);
  const socketPath = join(dataDir, "runner.sock");
  if (!await lockForRunner(dataDir, socketPath)) {
    throw new HypivisorError(
      "conflict",
      `Cannot start a runner: another one is running in "${dataDir}"`,
    );
  }
  outliveBugs();
  const records = new ChildRecords(dataDir);
  const services = openServices(dataDir, records);
  await endLeftovers(records);
  return run(socketPath, { runner: new Runner(records), services, idleMaxMs });
}

function run(
  socketPath: string,
  { runner, services: { services, close }, idleMaxMs }: {
    runner: Runner;
    services: OpenServices;
    idleMaxMs: number;
  },
): RunningRunner {
  const { promise: ended, resolve: end } = Promise.withResolvers<void>();
  let isEnding = false;
  let idle: Timer | undefined;

  async function shutdown(why: string): Promise<void> {
    // Asked a second time, services have no grace any more.
    if (isEnding) return await close();
    isEnding = true;
    log.info("runner_ended", { why });
    await Promise.all([runner.close(), close()]);
    // Whoever asked for it is answered before its connection ends.
    setImmediate(() => {
      socket.close();
      end();
    });
  }

  /** Looked at whenever a child or a connection has come or gone. */
  function minute(): void {
    clearTimeout(idle);
    if (socket.size > 0 || runner.runningCount > 0) return;
    if (services.isBusy) return;
    idle = setTimeout(() => void shutdown("idle"), idleMaxMs);
  }

  const socket: RunnerSocket = listen(socketPath, {
    runner,
    services,
    startedAt: Date.now(),
    shutdown: () => shutdown("asked"),
  }, minute);
  runner.onCount = minute;
  services.onCount = minute;
  minute();
  restSoon();
  process.on("SIGTERM", () => void shutdown("SIGTERM"));
  process.on("SIGINT", () => void shutdown("SIGINT"));
  // The terminal it was started from may go.
  process.on("SIGHUP", () => log.debug("hangup_ignored"));
  log.info("runner_started", { pid: process.pid });
  return { socketPath, ended };
}

/** Children must not end because of a bug in what shows them. */
function outliveBugs(): void {
  process.on("uncaughtException", (thrown) => log.failed("bug", thrown));
  process.on("unhandledRejection", (thrown) => log.failed("bug", thrown));
}
