/**
 * The daemon's hold on the runner: finds the one that is there, starts one when
 * it is first needed, and notices when it is gone.
 *
 * At most one line at a time. Whoever needs the runner while it is being looked
 * for or started waits for the same one. Keeps no terminals: it tells
 * `terminals.ts` what the runner says.
 */

import { existsSync } from "node:fs";
import { HypivisorError } from "../errors.ts";
import { logger } from "../log.ts";
import { runnerSocket } from "../paths.ts";
import type { RunnerMethod, RunnerMethods } from "../protocol/runner.ts";
import {
  END_WITHIN_MS,
  RunnerClient,
  type RunnerFacts,
} from "./runner_client.ts";
import { ForeignRunner } from "./runner_connection.ts";
import { type RunnerPlace, startRunner } from "./runner_start.ts";
import type { Terminals } from "./terminals.ts";

const log = logger("runner_hold");

/** Starting takes 0.1 s; on a loaded machine a few. */
const START_WITHIN_MS = 15_000;
const LOOK_EVERY_MS = 20;

export interface RunnerHoldParts {
  readonly place: RunnerPlace;
  readonly terminals: Terminals;
  readonly now: () => number;
}

export class RunnerHold {
  readonly socket: string;
  readonly #parts: RunnerHoldParts;
  #client: RunnerClient | undefined;
  #finding: Promise<RunnerClient | undefined> | undefined;
  #starting: Promise<RunnerClient> | undefined;
  /** The daemon lets go, or ends the runner: its going is no news. */
  #isLeaving = false;

  constructor(parts: RunnerHoldParts) {
    this.#parts = parts;
    this.socket = runnerSocket(parts.place.dataDir);
  }

  /** Undefined while there is none. */
  get facts(): RunnerFacts | undefined {
    return this.#client?.facts;
  }

  /** Looks whether the last daemon left a runner, and takes it over. */
  async takeOver(): Promise<void> {
    try {
      const client = await this.#find();
      if (client) log.info("runner_found", { pid: client.facts.pid });
    } catch (thrown) {
      // The daemon is of use without it; the next who needs it is told.
      log.error("runner_unusable", { why: messageOf(thrown) });
    }
  }

  /** @throws {HypivisorError} What the runner says, or `unavailable`. */
  async call<M extends RunnerMethod>(
    method: M,
    params: RunnerMethods[M]["params"],
    withinMs?: number,
  ): Promise<RunnerMethods[M]["result"]> {
    const client = await this.need();
    return await client.call(method, params, withinMs);
  }

  /**
   * The runner, started if there is none.
   *
   * @throws {HypivisorError} `unavailable` if it does not come up, `conflict`
   *   if one of an unknown version is there.
   */
  async need(): Promise<RunnerClient> {
    if (this.#isLeaving) {
      throw new HypivisorError("unavailable", "Hypivisor is stopping");
    }
    if (this.#client) return this.#client;
    const found = await (this.#starting ?? this.#find());
    if (found) return found;
    this.#starting ??= this.#start().finally(() => {
      this.#starting = undefined;
    });
    return await this.#starting;
  }

  /** Hangs up; the runner and all it has go on. */
  close(): void {
    this.#isLeaving = true;
    this.#client?.close();
    this.#client = undefined;
  }

  /**
   * Ends the runner and all that it has. Resolves when it is gone; at once if
   * there is none.
   *
   * @throws {HypivisorError} `unavailable` if it does not end.
   */
  async shutdown(): Promise<void> {
    let pid: number;
    try {
      const client = this.#client ?? await this.#find();
      if (!client) return;
      pid = client.facts.pid;
      this.#isLeaving = true;
      await client.call("shutdown", {}, END_WITHIN_MS);
    } catch (thrown) {
      if (!(thrown instanceof ForeignRunner) || !thrown.hello.pid) throw thrown;
      // No call of ours is understood, but a signal is.
      pid = thrown.hello.pid;
      process.kill(pid, "SIGTERM");
    }
    await this.#gone(pid);
    this.#parts.terminals.clear();
    this.#isLeaving = false;
  }

  #find(): Promise<RunnerClient | undefined> {
    this.#finding ??= this.#connectIfThere().finally(() => {
      this.#finding = undefined;
    });
    return this.#finding;
  }

  async #connectIfThere(): Promise<RunnerClient | undefined> {
    if (!existsSync(this.socket)) return undefined;
    try {
      return await this.#connect();
    } catch (thrown) {
      if (thrown instanceof ForeignRunner) throw thrown;
      log.debug("runner_not_there", { why: messageOf(thrown) });
      return undefined;
    }
  }

  async #connect(): Promise<RunnerClient> {
    const { terminals } = this.#parts;
    const client: RunnerClient = await RunnerClient.connect(this.socket, {
      push(push) {
        if (push.type === "terminal") terminals.set(push.terminal);
        if (push.type === "gone") terminals.remove(push.terminal);
      },
      lost: () => void this.#lost(),
    });
    const { terminals: there } = await client.call("watch", {});
    if (this.#isLeaving) {
      client.close();
      throw new HypivisorError("unavailable", "Hypivisor is stopping");
    }
    this.#client = client;
    terminals.takeOver(there);
    return client;
  }

  async #start(): Promise<RunnerClient> {
    const { place, now } = this.#parts;
    const deadline = now() + START_WITHIN_MS;
    const started = start(place);
    let why = "it does not answer";
    while (now() < deadline) {
      try {
        const client = await this.#connect();
        log.info("runner_started", { pid: client.facts.pid });
        return client;
      } catch (thrown) {
        if (thrown instanceof ForeignRunner) throw thrown;
        why = messageOf(thrown);
      }
      if (started.ended !== undefined) break;
      await Bun.sleep(LOOK_EVERY_MS);
    }
    log.error("runner_not_started", { why, said: started.lastWords() });
    throw new HypivisorError(
      "unavailable",
      `Cannot start the runner: ${started.lastWords() || why}`,
    );
  }

  /** Its line is cut. It may have cut it: then it is still there. */
  async #lost(): Promise<void> {
    const pid = this.#client?.facts.pid;
    this.#client = undefined;
    if (this.#isLeaving) return;
    const again = await this.#find().catch((thrown) => {
      log.error("runner_unusable", { why: messageOf(thrown) });
      return undefined;
    });
    if (again) return log.warn("runner_line_cut", { pid });
    log.error("runner_lost", {
      pid,
      terminals: this.#parts.terminals.running,
    });
    this.#parts.terminals.lose(this.#parts.now());
  }

  async #gone(pid: number): Promise<void> {
    const { now } = this.#parts;
    const deadline = now() + END_WITHIN_MS;
    while (now() < deadline) {
      if (!isAlive(pid)) return;
      await Bun.sleep(LOOK_EVERY_MS);
    }
    throw new HypivisorError(
      "unavailable",
      `Cannot end the runner: process ${pid} is still there`,
    );
  }
}

function start(place: RunnerPlace): ReturnType<typeof startRunner> {
  try {
    return startRunner(place);
  } catch (cause) {
    throw new HypivisorError(
      "unavailable",
      `Cannot start the runner: ${messageOf(cause)}`,
      { cause },
    );
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
