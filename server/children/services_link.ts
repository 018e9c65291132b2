/**
 * The daemon's word to the runner about services: where their files are, and
 * that the daemon stops in order.
 *
 * Sees to it that services run without anybody asking for the runner: it is
 * started for them, and again if it is gone. Keeps nothing of services itself.
 */

import { readdirSync } from "node:fs";
import { logger } from "../log.ts";
import type { RunnerHold } from "./runner_hold.ts";

const log = logger("services_link");

/** A folder of a thousand files takes two seconds on a loaded machine. */
const LOAD_WITHIN_MS = 60_000;

/**
 * The graces of services end by KILL; what takes longer goes on in the runner
 * when the daemon is gone.
 */
const LEAVE_WITHIN_MS = 90_000;

/** A runner that is killed again and again is not started without a pause. */
const FIRST_WAIT_MS = 100;
const MOST_WAIT_MS = 30_000;

/** After so long the next end of the runner is the first again. */
const STEADY_AFTER_MS = 60_000;

export interface ServicesLinkParts {
  readonly hold: RunnerHold;
  /** Absolute. It need not exist. */
  readonly folder: string;
  readonly env: NodeJS.ProcessEnv;
  readonly now: () => number;
}

export class ServicesLink {
  readonly #parts: ServicesLinkParts;
  #waitMs = FIRST_WAIT_MS;
  #begunAt = 0;
  #timer: Timer | undefined;
  #isLeaving = false;

  constructor(parts: ServicesLinkParts) {
    this.#parts = parts;
  }

  /** Has the runner load the files. One is started if there are any. */
  async begin(): Promise<void> {
    const { hold, folder, env, now } = this.#parts;
    if (this.#isLeaving) return;
    if (!hold.facts && !hasFiles(folder)) return;
    this.#begunAt = now();
    try {
      const params = { folder, env: texts(env) };
      const { services } = await hold.call(
        "services_load",
        params,
        LOAD_WITHIN_MS,
      );
      log.info("services_loaded", { folder, count: services.length });
    } catch (thrown) {
      const why = thrown instanceof Error ? thrown.message : String(thrown);
      log.error("services_not_loaded", { folder, why });
    }
  }

  /** The runner is gone: what should run is to run again. */
  again(): void {
    if (this.#isLeaving) return;
    const isSteady = this.#parts.now() - this.#begunAt > STEADY_AFTER_MS;
    if (isSteady) this.#waitMs = FIRST_WAIT_MS;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.begin(), this.#waitMs);
    this.#waitMs = Math.min(2 * this.#waitMs, MOST_WAIT_MS);
  }

  /**
   * Says that the daemon stops in order. Resolves when all services are gone
   * that are not to outlive it.
   */
  async leave(): Promise<void> {
    this.#isLeaving = true;
    clearTimeout(this.#timer);
    const { hold } = this.#parts;
    if (!hold.facts) return;
    try {
      const { stopped } = await hold.call("leaving", {}, LEAVE_WITHIN_MS);
      if (stopped.length > 0) {
        log.info("services_stopped", { count: stopped.length });
      }
    } catch (thrown) {
      const why = thrown instanceof Error ? thrown.message : String(thrown);
      log.warn("services_not_stopped", { why });
    }
  }
}

function hasFiles(folder: string): boolean {
  try {
    return readdirSync(folder).some((name) => name.endsWith(".kdl"));
  } catch {
    return false; // No folder, no services.
  }
}

/** Without the token: no service gets it, whatever its file wants. */
function texts(env: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).filter((entry): entry is [string, string] =>
      entry[1] !== undefined && entry[0] !== "HYPI_TOKEN"
    ),
  );
}
