/**
 * One run of a service: from the wish to start a process, over the process, to
 * the last thing that is left of it.
 *
 * Carries out what a life asks for and tells it what became of that. Whether it
 * is started again is not known here.
 */

import { HypivisorError } from "../../errors.ts";
import { logger } from "../../log.ts";
import type { ServiceExit } from "../../protocol/service.ts";
import type { ChildRecords } from "../child_record.ts";
import type { Orphans } from "../orphans.ts";
import { bootId, findProcess } from "../process_table.ts";
import { MARK } from "../child_env.ts";
import type { ServiceConfig } from "./config/config.ts";
import type { LifeFailure } from "./life/asks.ts";
import { describeExit } from "./life/history.ts";
import type { ServiceLog } from "./logs/service_log.ts";
import type { McpBridge } from "./mcp_port.ts";
import { Output } from "./output.ts";
import { makeCgroup } from "./process/cgroup.ts";
import {
  type Environment,
  environmentOf,
  withPort,
} from "./process/environment.ts";
import { findProgram } from "./process/find_program.ts";
import { LastWords } from "./process/last_words.ts";
import { describeHolder, isPortFree } from "./process/ports.ts";
import { Remains } from "./process/remains.ts";
import { RunEnd } from "./process/run_end.ts";
import { findSecrets } from "./process/secrets.ts";
import {
  type ExitStatus,
  ServiceProcess,
  type SpawnPlan,
} from "./process/service_process.ts";
import type { SpawnGate } from "./process/spawn_gate.ts";

const log = logger("run");

/**
 * Output may still be on its way when nothing is left of a run. Longer only if
 * a stranger holds the pipes, who is not waited for.
 */
const DRAIN_MS = 100;

const BOOT_ID = bootId();

/** What every run of every service needs. */
export interface RunTools {
  readonly records: ChildRecords;
  readonly orphans: Orphans;
  readonly gate: SpawnGate;
  /** The daemon's environment. */
  readonly inherited: () => Environment;
}

export interface RunParts {
  readonly config: ServiceConfig;
  /** Its own, if it has one; allocated where none is declared. */
  readonly findPort: () => number | undefined;
  readonly log: ServiceLog;
  readonly bridge: McpBridge | undefined;
  /** As they are when they are needed. */
  readonly stopRules: () => ServiceConfig["rules"]["stop"];
}

export interface RunEvents {
  onSpawned(pid: number): void;
  onFailed(failure: LifeFailure): void;
  onReady(): void;
  onExit(exit: ServiceExit, isEmpty: boolean): void;
  onEmpty(): void;
  onWarning(warning: string): void;
}

interface Started {
  readonly kind: "started";
  readonly process: ServiceProcess;
  readonly remains: Remains;
  readonly end: RunEnd;
  readonly output: Output;
  readonly entry: { remove(): void };
}

type State =
  | { readonly kind: "preparing" }
  | Started
  /** Nothing is left of it but output. */
  | { readonly kind: "draining" }
  | { readonly kind: "over" };

export class Run {
  readonly #tools: RunTools;
  readonly #parts: RunParts;
  readonly #events: RunEvents;
  readonly #words = new LastWords();
  #state: State = { kind: "preparing" };
  #port: number | undefined;

  constructor(tools: RunTools, parts: RunParts, events: RunEvents) {
    this.#tools = tools;
    this.#parts = parts;
    this.#events = events;
    void this.#begin();
  }

  /** The end of what it said on stderr. */
  get words(): LastWords {
    return this.#words;
  }

  end(isNow: boolean): void {
    switch (this.#state.kind) {
      case "preparing":
        // What is being prepared finds out when it comes back.
        this.#state = { kind: "over" };
        return this.#events.onEmpty();
      case "started":
        return this.#state.end.end(isNow);
    }
  }

  async #begin(): Promise<void> {
    try {
      // Also what fails at once takes a turn: no service fails in a circle.
      await this.#tools.gate.enter();
      this.#port = this.#parts.findPort();
      const plan = await this.#plan();
      if (this.#state.kind !== "preparing") return;
      this.#checkPort();
      this.#start(plan);
    } catch (thrown) {
      if (this.#state.kind !== "preparing") return;
      this.#state = { kind: "over" };
      this.#events.onFailed(failureOf(thrown));
    }
  }

  async #plan(): Promise<SpawnPlan> {
    const { name, process: config, rules } = this.#parts.config;
    const port = this.#port;
    const { orphans } = this.#tools;
    const inherited = this.#tools.inherited();
    const folder = config.workingDir;
    const hasSecrets = Object.keys(config.secrets).length > 0;
    const protect = (pid: number) => orphans.own(pid);
    const secrets = hasSecrets
      ? await findSecrets(config, { inherited, folder, protect })
      : {};
    const env = environmentOf(config, { inherited, secrets, port });
    const [program = "", ...args] = config.command;
    const path = env.PATH ?? "";
    return {
      command: [
        findProgram(withPort(program, port), { folder, path }),
        ...args.map((text) => withPort(text, port)),
      ],
      folder,
      env: { ...env, [MARK]: this.#tools.records.serviceOwner(name) },
      hasInput: this.#parts.bridge !== undefined,
      hasReadyFd: rules.ready.probe.kind === "fd",
      ...this.#limits(),
    };
  }

  #limits(): { cgroup?: string } {
    const { name, process: { limits } } = this.#parts.config;
    if (!limits) return {};
    const made = makeCgroup(name, limits);
    if (made.kind === "made") return { cgroup: made.dir };
    this.#events.onWarning(made.warning);
    return {};
  }

  /** Last of all, so that nobody can take it while secrets are found out. */
  #checkPort(): void {
    const port = this.#port;
    if (port === undefined || isPortFree(port)) return;
    throw new HypivisorError(
      "conflict",
      `Cannot start: port ${port} is taken by ${describeHolder(port)}`,
    );
  }

  #start(plan: SpawnPlan): void {
    const { records, orphans } = this.#tools;
    const { log, config: { name }, stopRules } = this.#parts;
    const terminal = records.serviceOwner(name);
    const entry = records.add({ terminal, bootId: BOOT_ID });
    const output = new Output(
      { ...this.#parts, ...this.#lineWatch() },
      this.#words,
    );
    let process: ServiceProcess;
    try {
      process = new ServiceProcess(plan, {
        onOut: (chunk) => output.out(chunk),
        onErr: (chunk) => output.err(chunk),
        onReady: () => this.#events.onReady(),
        onExit: (exit) => void this.#onExit(exit),
      });
    } catch (thrown) {
      entry.remove();
      throw thrown;
    }
    const { pid } = process;
    const startedAt = findProcess(pid)?.startedAt;
    const known = startedAt ? { startedAt } : {};
    entry.update({ terminal, bootId: BOOT_ID, pid, ...known });
    const remains = new Remains(pid, terminal, orphans);
    const end = new RunEnd(remains, stopRules, () => void this.#finish());
    this.#state = {
      kind: "started",
      process,
      remains,
      end,
      output,
      entry,
    };
    log.mark(`started pid=${pid}`);
    output.begin(process);
    this.#events.onSpawned(pid);
  }

  /** What looks at its lines for the one that says that it is ready. */
  #lineWatch(): { onLines?: (tagged: Buffer) => void } {
    const { probe } = this.#parts.config.rules.ready;
    if (probe.kind !== "log") return {};
    const wanted = Buffer.from(probe.text);
    let isFound = false;
    return {
      onLines: (tagged) => {
        if (isFound || !tagged.includes(wanted)) return;
        isFound = true;
        this.#events.onReady();
      },
    };
  }

  async #onExit(status: ExitStatus): Promise<void> {
    const state = this.#state;
    if (state.kind !== "started") return;
    const { remains, end, output } = state;
    // What walks through the process table to know is asked by the end itself.
    const isEmpty = remains.isEmptyNow() ?? false;
    if (isEmpty) {
      end.close();
      this.#state = { kind: "draining" };
      await output.drained(state.process, DRAIN_MS);
    }
    const exit: ServiceExit = { at: Date.now(), ...status };
    this.#parts.log.mark(exitWords(status));
    output.exited(describeExit(exit));
    this.#events.onExit(exit, isEmpty);
    if (isEmpty) return this.#over(state);
    end.leaderEnded();
  }

  async #finish(): Promise<void> {
    const state = this.#state;
    if (state.kind !== "started") return;
    this.#state = { kind: "draining" };
    await state.output.drained(state.process, DRAIN_MS);
    this.#over(state);
  }

  #over({ entry }: Started): void {
    entry.remove();
    this.#state = { kind: "over" };
    this.#events.onEmpty();
  }
}

function exitWords({ code, signal }: ExitStatus): string {
  return `exited code=${code}${signal ? ` signal=${signal}` : ""}`;
}

function failureOf(thrown: unknown): LifeFailure {
  if (!(thrown instanceof HypivisorError)) {
    log.failed("start_failed", thrown);
    return { kind: "spawn_failed", message: "Internal error" };
  }
  const kind = thrown.code === "conflict" ? "port_taken" : "spawn_failed";
  return { kind, message: thrown.message };
}
