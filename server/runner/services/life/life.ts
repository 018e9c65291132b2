/**
 * One service's life: what is wanted of it, where it is, and what must happen
 * next.
 *
 * No clock, no timer, no process in here: time is an argument, `asks` says what
 * is to be done, `wakeAtMs` when to call `tick`. Every call is served in every
 * phase, at once; nothing in here waits.
 */

import type {
  ServiceExit,
  ServiceName,
  ServiceTransition,
} from "../../../protocol/service.ts";
import type { ServiceRules } from "../config/config.ts";
import {
  type LifeAsks,
  type LifeBegin,
  type LifeFacts,
  type LifeFailure,
  notReady,
  type StopReason,
} from "./asks.ts";
import { History } from "./history.ts";
import {
  type Instant,
  isUp,
  type Phase,
  phaseOfUp,
  type StartedBy,
  stateName,
  toState,
  upOf,
  wakeAt,
} from "./phase.ts";
import { Retries } from "./retries.ts";
import { type Ended, judgeExit, whatFollows } from "./verdict.ts";

export class Life {
  #rules: ServiceRules;
  readonly #asks: LifeAsks;
  readonly #retries: Retries;
  #phase: Phase = { kind: "stopped" };
  readonly #history: History;
  #desired: "up" | "down";
  #run = 0;
  #starts = 0;
  #restarts = 0;
  #usedMs = 0;
  #lastExit: ServiceExit | undefined;
  #failure: LifeFailure | undefined;

  constructor({ rules, desired, now, asks, random }: LifeBegin) {
    this.#rules = rules;
    this.#desired = desired;
    this.#history = new History(now.at);
    this.#asks = asks;
    this.#retries = new Retries(random);
  }

  get phase(): Phase {
    return this.#phase;
  }

  get desired(): "up" | "down" {
    return this.#desired;
  }

  facts(now: Instant): LifeFacts {
    return {
      state: toState(this.#phase, this.#history.since),
      desired: this.#desired,
      starts: this.#starts,
      restarts: this.#restarts,
      retriesInWindow: this.#retries.count(now.ms),
      ...(this.#lastExit ? { lastExit: this.#lastExit } : {}),
    };
  }

  get failure(): LifeFailure | undefined {
    return this.#failure;
  }

  get transitions(): readonly ServiceTransition[] {
    return this.#history.transitions;
  }

  /** Applies new rules to what is under way. */
  apply(rules: ServiceRules): void {
    this.#rules = rules;
  }

  /**
   * Wants it up. By hand, the past is forgiven: window and backoff begin anew.
   *
   * @param waitsFor Those that must have come up, or failed to, before.
   */
  start(by: StartedBy, now: Instant, waitsFor: readonly ServiceName[] = []) {
    this.#desired = "up";
    this.#usedMs = now.ms;
    const phase = this.#phase;
    if (isUp(phase)) return;
    this.#retries.clear();
    this.#failure = undefined;
    if (phase.kind === "ending") {
      this.#set({ ...phase, then: "start" }, now);
    } else if ("leftOver" in phase && phase.leftOver !== undefined) {
      const run = phase.leftOver;
      this.#set({ kind: "ending", run, then: "start" }, now, "started");
    } else if (waitsFor.length > 0) {
      this.#set({ kind: "waiting", by, waitsFor }, now);
    } else this.#spawn(by, now);
  }

  /** One of those it waits for has come up, or will not. */
  unblock(name: ServiceName, now: Instant): void {
    const phase = this.#phase;
    if (phase.kind !== "waiting") return;
    const waitsFor = phase.waitsFor.filter((one) => one !== name);
    if (waitsFor.length > 0) this.#set({ ...phase, waitsFor }, now);
    else this.#spawn(phase.by, now);
  }

  /** Wants it down. A second time, or with `isNow`, there is no grace. */
  stop(reason: StopReason, now: Instant, isNow = false): void {
    if (reason === "asked") this.#desired = "down";
    const phase = this.#phase;
    switch (phase.kind) {
      case "stopped":
        return this.#asks.changed();
      case "failed":
      case "backing_off":
        if (phase.leftOver === undefined) break;
        return this.#end({ run: phase.leftOver }, now, { reason, isNow });
      case "waiting":
        break;
      case "ending": {
        const isSecond = reason === "asked" && phase.then === "stopped";
        this.#set({ ...phase, then: "stopped" }, now);
        return this.#asks.end(phase.run, isNow || isSecond);
      }
      case "spawning":
      case "readying":
      case "running":
        return this.#end(phase, now, { reason, isNow });
    }
    this.#set({ kind: "stopped" }, now, reason);
  }

  /** Stops what is up and starts; starts what is not. */
  restart(now: Instant, isNow = false): void {
    const phase = this.#phase;
    this.#desired = "up";
    if (phase.kind === "ending") {
      if (isNow) this.#asks.end(phase.run, true);
      return this.start("person", now);
    }
    if (!isUp(phase) || phase.kind === "waiting") {
      return this.start("person", now);
    }
    this.#retries.clear();
    this.#failure = undefined;
    this.#history.enter("restarting", now.at, "asked");
    const run = this.#run;
    const pid = upOf(phase)?.pid;
    this.#end({ run, pid }, now, { reason: "asked", isNow, then: "start" });
  }

  /** Somebody uses it. */
  use(now: Instant): void {
    this.#usedMs = now.ms;
  }

  spawned(run: number, pid: number, now: Instant): void {
    const phase = this.#phase;
    if (phase.kind !== "spawning" || phase.run !== run) return;
    this.#starts++;
    if (phase.by === "retry") this.#restarts++;
    this.#set(phaseOfUp({ run, pid, started: now }, this.#rules.ready), now);
  }

  ready(run: number, now: Instant): void {
    const phase = this.#phase;
    if (phase.kind !== "readying" || phase.run !== run) return;
    const { pid, started } = phase;
    this.#set({ kind: "running", run, pid, started }, now);
  }

  /** There is no process: it could not be started. */
  startFailed(run: number, failure: LifeFailure, now: Instant): void {
    const phase = this.#phase;
    if (phase.kind !== "spawning" || phase.run !== run) return;
    this.#failure = failure;
    const { message: reason } = failure;
    const isAsked = phase.by === "person" || phase.by === "use";
    this.#decide({ kind: "not_started", reason, isAsked }, now);
  }

  /** The process is useless though it is there: it is ended and counted. */
  giveUpOn(run: number, failure: LifeFailure, now: Instant): void {
    const up = upOf(this.#phase);
    if (up?.run !== run) return;
    this.#failure = failure;
    const { message: reason } = failure;
    const ended = { isFailure: true, uptimeMs: now.ms - up.started.ms };
    this.#decide({ kind: "ended", ...ended, reason, leftOver: up.run }, now);
    this.#asks.end(run, false);
  }

  /** @param isEmpty Whether nothing else of its group is left. */
  exited(
    run: number,
    exit: ServiceExit,
    { now, isEmpty }: { now: Instant; isEmpty: boolean },
  ): void {
    this.#lastExit = exit;
    const up = upOf(this.#phase);
    if (up?.run !== run) return this.#asks.changed();
    const isEarly = this.#phase.kind === "readying";
    const judged = judgeExit(exit, this.#rules.restart, isEarly);
    if (isEarly) this.#failure = { kind: "not_ready", message: judged.reason };
    const uptimeMs = now.ms - up.started.ms;
    const left = isEmpty ? {} : { leftOver: run };
    this.#decide({ kind: "ended", uptimeMs, ...judged, ...left }, now);
    if (!isEmpty) this.#asks.end(run, false);
  }

  /** Nothing of a run is left. */
  emptied(run: number, now: Instant): void {
    const phase = this.#phase;
    if (phase.kind === "ending" && phase.run === run) {
      if (phase.then === "stopped") return this.#set({ kind: "stopped" }, now);
      this.#history.enter("stopped", now.at);
      this.#spawn("person", now);
    } else if ("leftOver" in phase && phase.leftOver === run) {
      const { leftOver: _, ...rest } = phase;
      this.#set(rest, now);
      this.tick(now);
    }
  }

  get wakeAtMs(): number | undefined {
    return wakeAt(this.#phase, this.#rules, this.#usedMs);
  }

  tick(now: Instant): void {
    const at = this.wakeAtMs;
    if (at === undefined || now.ms < at) return;
    const phase = this.#phase;
    switch (phase.kind) {
      case "readying":
        return this.giveUpOn(phase.run, notReady(this.#rules, this.#asks), now);
      case "running":
        return this.stop("idle", now);
      case "failed":
        this.#retries.clear();
        return this.#spawn("retry", now);
      case "backing_off":
        return this.#spawn("retry", now);
    }
  }

  /** Goes on after a run, or a try at one, that nobody ended. */
  #decide(ended: Ended, now: Instant): void {
    const next = whatFollows(ended, {
      rules: this.#rules.restart,
      isWanted: this.#desired === "up",
      retries: this.#retries,
      now,
    });
    this.#set(next, now, ended.reason);
    this.tick(now);
  }

  #spawn(by: StartedBy, now: Instant): void {
    const run = ++this.#run;
    this.#set({ kind: "spawning", run, by }, now);
    this.#asks.spawn(run);
  }

  #end(
    { run, pid }: { run: number; pid?: number | undefined },
    now: Instant,
    { reason, isNow, then = "stopped" }: {
      reason: string;
      isNow: boolean;
      then?: "stopped" | "start";
    },
  ): void {
    const known = pid === undefined ? {} : { pid };
    this.#set({ kind: "ending", run, ...known, then }, now, reason);
    this.#asks.end(run, isNow);
  }

  #set(phase: Phase, now: Instant, reason?: string): void {
    this.#phase = phase;
    this.#history.enter(stateName(phase), now.at, reason);
    this.#asks.changed();
  }
}
