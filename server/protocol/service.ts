/**
 * Services: what is known of one, what may be asked of the runner about them,
 * and what it pushes. Types, and the bounds that every side must agree on.
 *
 * The runner keeps them; the daemon, the page and the command line read them.
 * Everything `xy` has on its wire can be derived from a record.
 */

import type { UnixMs } from "./node.ts";

/** Stem of the service's file: `a-z 0-9 - _`. */
export type ServiceName = string & { readonly __brand: "ServiceName" };

/** Longest name. It becomes part of the names of log files and cgroups. */
export const SERVICE_NAME_MAX = 64;

/** How many of the newest transitions are kept of each service. */
export const TRANSITIONS_KEPT = 32;

export type ServiceState =
  | { readonly kind: "stopped"; readonly since: UnixMs }
  /** Without a pid it waits: for `after`, a free port, or its turn. */
  | {
    readonly kind: "starting";
    readonly since: UnixMs;
    readonly pid?: number;
    readonly waitsFor?: readonly ServiceName[];
  }
  | { readonly kind: "running"; readonly since: UnixMs; readonly pid: number }
  /** Ended, and to be started again. `attempt` counts from 1. */
  | {
    readonly kind: "restarting";
    readonly since: UnixMs;
    readonly attempt: number;
    readonly nextRetryAt: UnixMs;
    readonly reason: string;
  }
  | {
    readonly kind: "failed";
    readonly since: UnixMs;
    readonly reason: string;
    /** With `retry-failed-after`. */
    readonly nextRetryAt?: UnixMs;
  }
  | { readonly kind: "stopping"; readonly since: UnixMs; readonly pid?: number }
  /** Its file cannot be used: `ServiceRecord.faults` says why. */
  | { readonly kind: "invalid"; readonly since: UnixMs };

export type ServiceStateName = ServiceState["kind"];

/** A fault in a file, where a person finds it. Lines and columns from 1. */
export interface ConfigFault {
  /** Absolute path. */
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

export interface ServiceExit {
  readonly at: UnixMs;
  /** As shells say it: 128 + n after death by signal n. */
  readonly code: number;
  /** Such as `SIGTERM`. */
  readonly signal?: string;
}

export type ServiceReadiness =
  /** Not up, or there is nothing by which to tell. */
  | { readonly kind: "unknown" }
  | { readonly kind: "waiting"; readonly why?: string }
  | { readonly kind: "ready"; readonly at: UnixMs; readonly mcp?: McpSeen };

export type ServiceHealth =
  | { readonly kind: "unknown" }
  | { readonly kind: "healthy"; readonly at: UnixMs; readonly mcp?: McpSeen }
  | {
    readonly kind: "unhealthy";
    readonly since: UnixMs;
    readonly failures: number;
    readonly why: string;
  };

/** What an MCP probe found: which era it speaks, or that it wants a login. */
export interface McpSeen {
  readonly era?: string;
  readonly needsAuth: boolean;
}

export interface ServiceLogFacts {
  /** Of the current file, rotated ones not counted. */
  readonly bytes: number;
  /** Lines since the runner started. */
  readonly lines: number;
  /** Lines that could not be written to the file. */
  readonly lostLines: number;
  /** Why they cannot be written at present. */
  readonly error?: string;
}

export type ServiceTransport = "http" | "stdio" | "none";

/** One service. Complete: a later one replaces an earlier one. */
export interface ServiceRecord {
  readonly name: ServiceName;
  /** Absolute path of its file. */
  readonly file: string;
  readonly state: ServiceState;
  readonly desired: "up" | "down";
  readonly start: "eager" | "lazy";
  /** Program and arguments, `{port}` filled in; empty while never valid. */
  readonly command: readonly string[];
  readonly transport: ServiceTransport;
  /** Absolute: where it works. Unknown while never valid. */
  readonly folder?: string;
  readonly port?: number;
  /**
   * Of one on stdio: the Unix socket where MCP is spoken with it over HTTP, at
   * `path`, by as many clients as come. At its port only if it declares one.
   */
  readonly socket?: string;
  /** Where it speaks, below its port; `/mcp` if not given. */
  readonly path?: string;
  /** Of the process that runs now, and for how long when this was written. */
  readonly startedAt?: UnixMs;
  readonly uptimeMs?: number;
  /** All starts; `restarts` are those that nobody asked for. */
  readonly starts: number;
  readonly restarts: number;
  readonly retriesInWindow: number;
  readonly lastExit?: ServiceExit;
  readonly ready: ServiceReadiness;
  readonly health: ServiceHealth;
  readonly log: ServiceLogFacts;
  /** Of its file as it is now. It may run by what the file said before. */
  readonly faults: readonly ConfigFault[];
  /** What does not keep it from running and should be known. */
  readonly warnings: readonly string[];
}

export interface ServiceTransition {
  readonly from: ServiceStateName;
  readonly to: ServiceStateName;
  readonly at: UnixMs;
  readonly reason?: string;
}

export interface ServiceStatus extends ServiceRecord {
  /** Oldest first; at most `TRANSITIONS_KEPT`. */
  readonly transitions: readonly ServiceTransition[];
}

/** Why one service of a call could not be served; the others were. */
export interface ServiceRefusal {
  readonly name: ServiceName;
  readonly kind:
    | "no_such_service"
    | "config_invalid"
    | "port_taken"
    | "spawn_failed"
    | "not_ready"
    | "leaving"; // The daemon is stopping in order.
  /** One sentence for a person, the end of its error output included. */
  readonly message: string;
}

/** Names, or every service there is. */
export type ServiceChoice =
  | { readonly names: readonly string[] }
  | { readonly all: true };

export interface ReloadLists {
  readonly added: readonly ServiceName[];
  readonly removed: readonly ServiceName[];
  /** Restarted by it, or given new settings while running. */
  readonly changed: readonly ServiceName[];
  readonly unchanged: readonly ServiceName[];
}

export type ReloadResult =
  | (ReloadLists & { readonly kind: "done" })
  /** Nothing was changed. */
  | { readonly kind: "refused"; readonly faults: readonly ConfigFault[] };

/** A place in a log. Numbers count within an epoch, one life of the runner. */
export interface LogPlace {
  readonly epoch: string;
  readonly seq: number;
}

export interface LogLine {
  /** Without a gap within an epoch; below 1 for what only the file has. */
  readonly seq: number;
  /** `mark`: written by the runner, such as `started pid=12`. */
  readonly stream: "stdout" | "stderr" | "mark";
  readonly text: string;
  /** Unknown for lines that only the file has, if it has no time stamps. */
  readonly at?: UnixMs;
}

export interface LogQuery {
  readonly name: string;
  /** So many of the last lines. Absent, with no `since`: all in memory. */
  readonly tail?: number;
  /** Lines after this one. One of another epoch counts as absent. */
  readonly since?: LogPlace;
  readonly sinceMs?: UnixMs;
  /** Whether marks count for `tail`, as they do unless this is false. */
  readonly marks?: boolean;
  readonly follow: boolean;
}

export interface ServiceMethods {
  /**
   * Reads the folder and starts what should run; said by each daemon as it
   * starts. Where services run already, they are left as they are if their
   * files are. A bad file keeps nothing down but itself.
   */
  services_load: Method<
    {
      /** Absolute. It need not exist. */
      folder: string;
      /** The daemon's own: what services inherit is chosen from it. */
      env: Readonly<Record<string, string>>;
    },
    { services: readonly ServiceRecord[] }
  >;
  services_list: Method<Empty, { services: readonly ServiceRecord[] }>;
  services_status: Method<{ name: string }, ServiceStatus>;
  /** Answered when each runs and is ready, or will not be. */
  services_start: Method<
    ServiceChoice,
    {
      started: readonly ServiceName[];
      alreadyRunning: readonly ServiceName[];
      refused: readonly ServiceRefusal[];
    }
  >;
  /** Answered when all their processes are gone. `now`: without a grace. */
  services_stop: Method<
    ServiceChoice & { now?: boolean },
    {
      stopped: readonly ServiceName[];
      notRunning: readonly ServiceName[];
      refused: readonly ServiceRefusal[];
    }
  >;
  /** Starts stopped ones too. */
  services_restart: Method<
    ServiceChoice & { now?: boolean },
    {
      restarted: readonly ServiceName[];
      refused: readonly ServiceRefusal[];
    }
  >;
  /** All or nothing: with a fault in any file nothing is changed. */
  services_reload: Method<Empty, ReloadResult>;
  /** Reads the files and does nothing. */
  services_check: Method<
    { folder?: string },
    { faults: readonly ConfigFault[] }
  >;
  /** Someone wants to use it: a lazy one is started. Answered when it runs. */
  services_touch: Method<{ name: string }, ServiceRecord>;
  /** From now on `service` and `service_gone` are pushed here. */
  services_watch: Method<Empty, { services: readonly ServiceRecord[] }>;
  /** Lines come as `log` pushes after the reply. */
  services_log: Method<LogQuery, { subscription: number; epoch: string }>;
  services_log_cancel: Method<{ subscription: number }, Empty>;
  /**
   * The daemon stops in order: every service is stopped that is not to be
   * kept, and none is started until the next `services_load`. With `now` they
   * have no grace, nor what is left of it.
   */
  leaving: Method<{ now?: boolean }, { stopped: readonly ServiceName[] }>;
}

export type ServicePush =
  | { readonly type: "service"; readonly service: ServiceRecord }
  | { readonly type: "service_gone"; readonly name: ServiceName }
  | {
    readonly type: "log";
    readonly subscription: number;
    readonly lines: readonly LogLine[];
  }
  /** So many lines are left out here: this reader was too slow for them. */
  | {
    readonly type: "log_gap";
    readonly subscription: number;
    readonly missed: number;
  }
  /** The last one of a subscription. */
  | { readonly type: "log_end"; readonly subscription: number };

interface Method<Params, Result> {
  params: Params;
  result: Result;
}

type Empty = Record<string, never>;
