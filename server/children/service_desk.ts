/**
 * The daemon's side of services: has the runner read their folder, starts a
 * runner for them, asks it what clients ask, and takes leave.
 *
 * What services are and do is the runner's. This one knows their folder, and
 * that each new runner must be told of it before it is asked anything else.
 */

import { readdirSync } from "node:fs";
import { HypivisorError } from "../errors.ts";
import { logger } from "../log.ts";
import type { UnixMs } from "../protocol/node.ts";
import type {
  LogQuery,
  ReloadResult,
  ServiceMethods,
  ServiceName,
  ServiceRecord,
} from "../protocol/service.ts";
import { serviceEnv } from "./environment.ts";
import type { RunnerClient } from "./runner_client.ts";
import type { RunnerHold } from "./runner_hold.ts";
import {
  type LogListener,
  readWholeLog,
  ServiceLog,
  type WholeLog,
} from "./service_log.ts";
import type { Services } from "./services.ts";

const log = logger("services");

/** Reading a thousand files takes one; one that is removed is ended first. */
const LOAD_WITHIN_MS = 60_000;

/** The longest grace and the longest wait for readiness lie within. */
const ACT_WITHIN_MS = 10 * 60_000;

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

export interface ServiceDeskParts {
  readonly hold: RunnerHold;
  readonly services: Services;
  /** Of the files. It need not exist. Undefined: another daemon runs them. */
  readonly folder: string | undefined;
  readonly env: NodeJS.ProcessEnv;
  readonly now: () => UnixMs;
}

/** What is passed on to the runner as it is. */
type Passed =
  | "services_status"
  | "services_start"
  | "services_stop"
  | "services_restart"
  | "services_reload"
  | "services_check"
  | "services_touch";

export class ServiceDesk {
  readonly #parts: ServiceDeskParts;
  /** The load that is under way, or was the last. */
  #loaded: Promise<void> = Promise.resolve();
  /** The daemon's start, until its services are known. */
  #begun: Promise<void> = Promise.resolve();
  #joinedAt: UnixMs = 0;
  #waitMs = FIRST_WAIT_MS;
  #revival: ReturnType<typeof setTimeout> | undefined;
  #isLeaving = false;

  constructor(parts: ServiceDeskParts) {
    this.#parts = parts;
  }

  list(): ServiceRecord[] {
    return this.#parts.services.list();
  }

  /**
   * As they are now, their logs' sizes and uptimes included; as last told
   * while no runner answers.
   *
   * @throws {HypivisorError} Why nothing was ever told.
   */
  async fresh(): Promise<readonly ServiceRecord[]> {
    this.#checkFolder();
    await this.#begun;
    const client = this.#parts.hold.client;
    if (!client) return this.list();
    try {
      await this.#loaded;
      const { services } = await client.call("services_list", {});
      return services.toSorted((a, b) => a.name < b.name ? -1 : 1);
    } catch (thrown) {
      log.warn("services_not_listed", { why: (thrown as Error).message });
      if (this.list().length === 0) throw thrown;
      return this.list();
    }
  }

  /** @param found Resolves when the last daemon's runner was looked for. */
  begin(found: Promise<void>): Promise<void> {
    this.#begun = found.then(() => this.#start());
    return this.#begun;
  }

  /** Starts a runner, if there is something for it to run. */
  async #start(): Promise<void> {
    if (this.#isLeaving || !this.#hasFiles()) return;
    try {
      await this.#parts.hold.need();
      await this.#loaded;
    } catch (thrown) {
      // Whoever asks for a service is told the same.
      log.error("services_not_started", { why: (thrown as Error).message });
    }
  }

  /** A runner is there: it is told of the folder. */
  joined(client: RunnerClient): void {
    this.#joinedAt = this.#parts.now();
    this.#loaded = this.#load(client);
    this.#loaded.catch((thrown) =>
      log.error("services_not_loaded", { why: (thrown as Error).message })
    );
  }

  /** The runner was killed. The next one starts what should run. */
  lost(): void {
    const { services, now } = this.#parts;
    if (services.list().length === 0) return;
    const isSteady = now() - this.#joinedAt > STEADY_AFTER_MS;
    if (isSteady) this.#waitMs = FIRST_WAIT_MS;
    clearTimeout(this.#revival);
    this.#revival = setTimeout(() => void this.#start(), this.#waitMs);
    this.#waitMs = Math.min(2 * this.#waitMs, MOST_WAIT_MS);
  }

  /** @throws {HypivisorError} What the runner says, or `unavailable`. */
  async call<M extends Passed>(
    method: M,
    params: ServiceMethods[M]["params"],
  ): Promise<ServiceMethods[M]["result"]> {
    const client = await this.#ready();
    return await client.call(method, params, ACT_WITHIN_MS);
  }

  /** @throws {HypivisorError} What the runner says, or `unavailable`. */
  async reload(): Promise<ReloadResult> {
    await this.#begun;
    const isFirst = this.#parts.hold.client === undefined;
    const known = new Set(this.list().map(({ name }) => name));
    const result = await this.call("services_reload", {});
    if (result.kind === "refused" || !isFirst) return result;
    // A runner that was started for this has read the files as it started.
    const { unchanged } = result;
    return {
      ...result,
      added: unchanged.filter((name) => !known.has(name)),
      unchanged: unchanged.filter((name) => known.has(name)),
    };
  }

  /** For a signal: only the log can be told. */
  async reloadUnasked(): Promise<void> {
    if (this.#isLeaving || !this.#parts.hold.client && !this.#hasFiles()) {
      return;
    }
    try {
      const result = await this.reload();
      if (result.kind === "refused") {
        for (const { file, line, column, message } of result.faults) {
          log.error("file_refused", {
            place: `${file}:${line}:${column}`,
            message,
          });
        }
        return;
      }
      const { added, removed, changed } = result;
      log.info("services_reloaded", {
        added: added.length,
        removed: removed.length,
        changed: changed.length,
      });
    } catch (thrown) {
      log.error("services_not_reloaded", { why: (thrown as Error).message });
    }
  }

  /** The lines there are, without those to come. */
  async read(query: Omit<LogQuery, "follow">): Promise<WholeLog> {
    await this.#ready();
    return await readWholeLog(this.#parts.hold.socket, query);
  }

  /** On a line of its own: a slow reader holds up nobody. */
  async follow(query: LogQuery, listener: LogListener): Promise<ServiceLog> {
    await this.#ready();
    return await ServiceLog.open(this.#parts.hold.socket, query, listener);
  }

  /** The daemon stops in order: services stop, but those that are to be kept. */
  async leave(): Promise<void> {
    this.#isLeaving = true;
    clearTimeout(this.#revival);
    const client = this.#parts.hold.client;
    if (!client) return;
    try {
      // What is being loaded would be started behind our back.
      await this.#loaded;
      const { stopped } = await client.call("leaving", {}, LEAVE_WITHIN_MS);
      if (stopped.length > 0) {
        log.info("services_stopped", { count: stopped.length });
      }
    } catch (thrown) {
      log.error("services_not_stopped", { why: (thrown as Error).message });
    }
  }

  /** Those that `leave` waits for have no grace any more. */
  async hurry(): Promise<void> {
    await this.#parts.hold.client?.call("leaving", { now: true });
  }

  /** The daemon is gone in a moment; services are not its concern any more. */
  close(): void {
    this.#isLeaving = true;
    clearTimeout(this.#revival);
  }

  /** @throws {HypivisorError} `conflict` if services are another's. */
  #checkFolder(): void {
    if (this.#parts.folder !== undefined) return;
    throw new HypivisorError(
      "conflict",
      "Cannot run services: another hypivisor with this data directory runs them",
    );
  }

  async #ready(): Promise<RunnerClient> {
    this.#checkFolder();
    if (this.#isLeaving) {
      throw new HypivisorError("unavailable", "Hypivisor is stopping");
    }
    const client = await this.#parts.hold.need();
    // One load that failed must not be the end of it.
    await this.#loaded.catch(() => this.joined(client));
    await this.#loaded;
    return client;
  }

  async #load(client: RunnerClient): Promise<void> {
    const { services, folder, env } = this.#parts;
    // Two daemons that read one folder would run everything twice.
    if (folder === undefined) return;
    // Changes are pushed from here on, and may overtake what the reply lists.
    const told = new Set<ServiceName>();
    const stop = services.onChange(({ service }) => told.add(service.name));
    try {
      const { services: before } = await client.call("services_watch", {});
      services.takeOver(before, told);
    } finally {
      stop();
    }
    const { services: there } = await client.call("services_load", {
      folder,
      env: serviceEnv(env),
    }, LOAD_WITHIN_MS);
    log.info("services_loaded", { folder, count: there.length });
  }

  #hasFiles(): boolean {
    const { folder } = this.#parts;
    try {
      return folder !== undefined &&
        readdirSync(folder).some((name) => name.endsWith(".kdl"));
    } catch {
      return false; // No folder is no services.
    }
  }
}
