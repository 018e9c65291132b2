/**
 * One service: its file's rules, its life, its run, its watch and its log,
 * joined. Turns what the life asks for into deeds and what comes of them into
 * news for the life; owns the one timer that life needs.
 *
 * Knows no other service: ports, order and what is kept on disk are
 * `services.ts`'s.
 */

import type {
  ConfigFault,
  ServiceName,
  ServiceRecord,
  ServiceStatus,
} from "../../protocol/service.ts";
import { DEFAULT_MCP_PATH, type ServiceConfig } from "./config/config.ts";
import type { LifeFailure, StopReason } from "./life/asks.ts";
import { Life } from "./life/life.ts";
import { isUp, type Phase, type StartedBy, upOf } from "./life/phase.ts";
import { LOG_CLOCK, ServiceLog } from "./logs/service_log.ts";
import type { McpProbe } from "./mcp_port.ts";
import { instant } from "./now.ts";
import { Run } from "./run.ts";
import { ServiceBridge } from "./service_bridge.ts";
import type { PhaseSeen, ServiceParts } from "./service_parts.ts";
import { recordOf } from "./service_record.ts";
import { Watch } from "./watch.ts";

/** The longest that a timer takes; one that is woken early sleeps on. */
const TIMER_MAX_MS = 2 ** 31 - 1;

/** Of what it said on stderr, in an error: enough for the message itself. */
const LAST_WORDS_LINES = 3;

export class Service {
  readonly name: ServiceName;
  readonly log: ServiceLog;
  readonly #parts: ServiceParts;
  readonly #life: Life;
  readonly #waiters = new Set<(phase: Phase) => void>();
  #bridge: ServiceBridge | undefined;
  #config: ServiceConfig;
  #faults: readonly ConfigFault[] = [];
  #port: number | undefined;
  #run: Run | undefined;
  #watch: Watch | undefined;
  #era: string | undefined;
  #warning: string | undefined;
  #timer: Timer | undefined;

  constructor(config: ServiceConfig, parts: ServiceParts) {
    this.name = config.name;
    this.#config = config;
    this.#parts = parts;
    this.log = new ServiceLog(parts.logPath, config.rules.log, LOG_CLOCK);
    this.#bridge = this.#openBridge();
    this.#life = new Life({
      rules: config.rules,
      desired: parts.desired,
      now: instant(),
      random: Math.random,
      asks: {
        spawn: (run) => this.#spawn(run),
        end: (_run, isNow) => this.#run?.end(isNow),
        whyNotReady: () => this.#watch?.whyNotReady,
        changed: () => this.#changed(),
      },
    });
  }

  /** What its file said last; what it runs by may be older. */
  get config(): ServiceConfig {
    return this.#config;
  }

  get phase(): Phase {
    return this.#life.phase;
  }

  get desired(): "up" | "down" {
    return this.#life.desired;
  }

  /** Whether anything of it runs, or will by itself. */
  get isBusy(): boolean {
    const { phase } = this;
    if (phase.kind === "stopped") return false;
    return phase.kind !== "failed" || phase.retry !== undefined;
  }

  /** The one that was allocated, if it has none of its own. */
  get allocatedPort(): number | undefined {
    return this.#config.process.port === 0 ? this.#port : undefined;
  }

  /** Why the last start came to nothing, with the service's own last words. */
  get failure(): LifeFailure {
    const { kind, message } = this.#life.failure ??
      { kind: "spawn_failed", message: "it was stopped before it was ready" };
    const words = this.#run?.words.last(LAST_WORDS_LINES);
    return { kind, message: words ? `${message}: ${words}` : message };
  }

  start(by: StartedBy, waitsFor: readonly ServiceName[] = []): void {
    this.#life.start(by, instant(), waitsFor);
  }

  unblock(name: ServiceName): void {
    this.#life.unblock(name, instant());
  }

  stop(reason: StopReason, isNow = false): void {
    this.#life.stop(reason, instant(), isNow);
  }

  restart(isNow = false): void {
    this.#life.restart(instant(), isNow);
  }

  use(): void {
    this.#life.use(instant());
    this.#arm();
  }

  /** Resolves to the first thing that is seen in a phase, the present one too. */
  until<T>(see: PhaseSeen<T>): Promise<T> {
    const seen = see(this.#life.phase);
    if (seen !== undefined) return Promise.resolve(seen);
    const { promise, resolve } = Promise.withResolvers<T>();
    const waiter = (phase: Phase) => {
      const seen = see(phase);
      if (seen === undefined) return;
      this.#waiters.delete(waiter);
      resolve(seen);
    };
    this.#waiters.add(waiter);
    return promise;
  }

  /** Takes what its file says now. A process that must change is started anew. */
  apply(config: ServiceConfig): void {
    const before = this.#config;
    this.#config = config;
    this.#faults = [];
    this.log.setRules(config.rules.log);
    this.#life.apply(config.rules);
    this.#watch?.apply(config.rules.health);
    if (Bun.deepEquals(before.process, config.process)) return this.#changed();
    this.#bridge?.close();
    this.#port = undefined;
    this.#bridge = this.#openBridge();
    this.#era = undefined;
    if (isUp(this.#life.phase)) this.#life.restart(instant());
    else this.#changed();
  }

  /** Its file is bad now. It goes on by what it said before. */
  setFaults(faults: readonly ConfigFault[]): void {
    this.#faults = faults;
    this.#changed();
  }

  record(): ServiceRecord {
    const now = instant();
    return recordOf({
      config: this.#config,
      facts: this.#life.facts(now),
      up: upOf(this.#life.phase),
      now,
      port: this.#port,
      socket: this.#bridge?.socket,
      watch: this.#watch,
      log: this.log,
      faults: this.#faults,
      warnings: [this.#warning, this.#bridge?.warning],
    });
  }

  status(): ServiceStatus {
    return { ...this.record(), transitions: this.#life.transitions };
  }

  /** Stops reading, writing and asking. Its processes are gone by then. */
  close(): void {
    clearTimeout(this.#timer);
    this.#watch?.close();
    this.#bridge?.close();
    this.log.close();
  }

  #openBridge(): ServiceBridge | undefined {
    const { name, log } = this;
    const { process: config } = this.#config;
    if (config.transport !== "stdio") return undefined;
    const { mcp, onUse, socketDir } = this.#parts;
    return new ServiceBridge({ name, config, socketDir, mcp, log, onUse });
  }

  #allocate(): number {
    return this.#config.process.port || this.#parts.allocatePort(this.name);
  }

  #spawn(run: number): void {
    this.#warning = undefined;
    this.#run = new Run(this.#parts.tools, {
      config: this.#config,
      findPort: () => this.#findPort(),
      log: this.log,
      bridge: this.#bridge?.bridge,
      stopRules: () => this.#config.rules.stop,
    }, {
      onSpawned: (pid) => this.#spawned(run, pid),
      onFailed: (failure) => this.#life.startFailed(run, failure, instant()),
      onReady: () => this.#watch?.told(),
      onExit: (exit, isEmpty) => {
        this.#unwatch();
        this.#life.exited(run, exit, { now: instant(), isEmpty });
      },
      onEmpty: () => this.#life.emptied(run, instant()),
      onWarning: (warning) => void (this.#warning = warning),
    });
  }

  #findPort(): number | undefined {
    this.#bridge?.listen();
    if (this.#bridge) return undefined;
    const hasPort = this.#config.process.port !== undefined;
    this.#port = hasPort ? this.#allocate() : undefined;
    return this.#port;
  }

  #spawned(run: number, pid: number): void {
    this.#life.spawned(run, pid, instant());
    const { rules, process } = this.#config;
    this.#watch = new Watch(rules, {
      port: this.#port,
      askMcp: (path, timeoutMs) =>
        this.#askMcp(path ?? process.path ?? DEFAULT_MCP_PATH, timeoutMs),
    }, {
      onReady: () => this.#life.ready(run, instant()),
      onUnhealthy: (why) => this.#unhealthy(run, why),
      onChange: () => this.#changed(),
    });
  }

  #unwatch(): void {
    this.#watch?.close();
    this.#watch = undefined;
  }

  async #askMcp(path: string, timeoutMs: number): Promise<McpProbe> {
    if (this.#bridge) return await this.#bridge.bridge.check({ timeoutMs });
    const url = `http://localhost:${this.#port}${path}`;
    const era = this.#era === undefined ? {} : { era: this.#era };
    const found = await this.#parts.mcp.probe(url, { timeoutMs, ...era });
    this.#era = found.kind === "alive" ? found.era : undefined;
    return found;
  }

  #unhealthy(run: number, why: string): void {
    if (this.#config.rules.health?.action !== "restart") return;
    const message = `was unhealthy: ${why}`;
    this.#life.giveUpOn(run, { kind: "not_ready", message }, instant());
  }

  #changed(): void {
    this.#arm();
    const { phase } = this.#life;
    for (const waiter of [...this.#waiters]) waiter(phase);
    this.#parts.onChange();
  }

  /** Sets the timer for what the life does next by itself. */
  #arm(): void {
    clearTimeout(this.#timer);
    const { wakeAtMs } = this.#life;
    if (wakeAtMs === undefined) return;
    const waitMs = Math.max(wakeAtMs - performance.now(), 0);
    this.#timer = setTimeout(() => {
      this.#life.tick(instant());
      this.#arm();
    }, Math.min(waitMs, TIMER_MAX_MS));
  }
}
