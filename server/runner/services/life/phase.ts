/**
 * Where a service is in its life, finer than the six names on the wire, and how
 * each phase is shown by them.
 *
 * A run is one process from the wish to start it to the last member of its
 * group that is gone; its number makes late news of an old one harmless.
 */

import type { UnixMs } from "../../../protocol/node.ts";
import type {
  ServiceName,
  ServiceState,
  ServiceStateName,
} from "../../../protocol/service.ts";
import type { ReadyRules, ServiceRules } from "../config/config.ts";

/**
 * An instant by both clocks: `ms` never jumps and is what is counted with;
 * `at` is what people are shown.
 */
export interface Instant {
  readonly ms: number;
  readonly at: UnixMs;
}

export type StartedBy = "person" | "boot" | "use" | "retry";

export type Phase =
  | { readonly kind: "stopped" }
  | {
    readonly kind: "waiting";
    readonly by: StartedBy;
    readonly waitsFor: readonly ServiceName[];
  }
  /** A process is asked for. */
  | { readonly kind: "spawning"; readonly run: number; readonly by: StartedBy }
  | (Up & { readonly kind: "readying"; readonly readyByMs: number })
  | (Up & { readonly kind: "running" })
  /** Told to end; over when the whole group is gone. */
  | {
    readonly kind: "ending";
    readonly run: number;
    readonly pid?: number;
    /** What comes then. */
    readonly then: "stopped" | "start";
  }
  /** Over when its time has come and what is left of the last run is gone. */
  | {
    readonly kind: "backing_off";
    readonly until: Instant;
    readonly attempt: number;
    readonly reason: string;
    readonly leftOver?: number;
  }
  | {
    readonly kind: "failed";
    readonly reason: string;
    readonly retry?: Instant;
    readonly leftOver?: number;
  };

export interface Up {
  readonly run: number;
  readonly pid: number;
  readonly started: Instant;
}

const NAMES: Readonly<Record<Phase["kind"], ServiceStateName>> = {
  stopped: "stopped",
  waiting: "starting",
  spawning: "starting",
  readying: "starting",
  running: "running",
  ending: "stopping",
  backing_off: "restarting",
  failed: "failed",
};

export function stateName({ kind }: Phase): ServiceStateName {
  return NAMES[kind];
}

/** Whether a start is under way or done. */
export function isUp(phase: Phase): boolean {
  const name = stateName(phase);
  return name === "starting" || name === "running";
}

/** Where a process begins: running at once, or to be ready in time first. */
export function phaseOfUp(up: Up, ready: ReadyRules): Phase {
  if (!ready.isDemanded) return { kind: "running", ...up };
  return {
    kind: "readying",
    ...up,
    readyByMs: up.started.ms + ready.timeoutMs,
  };
}

/** The process that is wanted and there. */
export function upOf(phase: Phase): Up | undefined {
  return phase.kind === "readying" || phase.kind === "running"
    ? phase
    : undefined;
}

/** @param since When the name on the wire last changed. */
export function toState(phase: Phase, since: UnixMs): ServiceState {
  switch (phase.kind) {
    case "stopped":
      return { kind: "stopped", since };
    case "waiting":
      return { kind: "starting", since, waitsFor: phase.waitsFor };
    case "spawning":
      return { kind: "starting", since };
    case "readying":
      return { kind: "starting", since, pid: phase.pid };
    case "running":
      return { kind: "running", since, pid: phase.pid };
    case "ending":
      return {
        kind: "stopping",
        since,
        ...(phase.pid === undefined ? {} : { pid: phase.pid }),
      };
    case "backing_off": {
      const { attempt, reason, until } = phase;
      const nextRetryAt = until.at;
      return { kind: "restarting", since, attempt, nextRetryAt, reason };
    }
    case "failed": {
      const { reason, retry } = phase;
      const next = retry ? { nextRetryAt: retry.at } : {};
      return { kind: "failed", since, reason, ...next };
    }
  }
}

export function later({ ms, at }: Instant, byMs: number): Instant {
  return { ms: ms + byMs, at: Math.round(at + byMs) };
}

/** The next instant at which time alone changes a phase. */
export function wakeAt(
  phase: Phase,
  { idleStopMs }: ServiceRules,
  usedMs: number,
): number | undefined {
  switch (phase.kind) {
    case "readying":
      return phase.readyByMs;
    case "running":
      return idleStopMs === undefined ? undefined : usedMs + idleStopMs;
    case "backing_off":
      return phase.leftOver === undefined ? phase.until.ms : undefined;
    case "failed":
      return phase.leftOver === undefined ? phase.retry?.ms : undefined;
    default:
      return undefined;
  }
}
