/**
 * A node: what the hypivisor knows about one agent. Types only.
 *
 * The agent is a pi process; the node is our record of it. The record outlives
 * the process, so that the page can say where it went and show what it said.
 */

import type { TerminalId } from "./terminal.ts";

/** Milliseconds since the Unix epoch. */
export type UnixMs = number;

/** The session id that the agent's process started with; not its current one. */
export type NodeId = string & { readonly __brand: "NodeId" };

/** What an agent must say about itself to be registered, as the original has it. */
export interface NodeCard {
  readonly id: NodeId;
  /** Host name, as the agent's own system gives it. */
  readonly machine: string;
  /** Absolute path. Many agents may share one directory. */
  readonly cwd: string;
  /** Where it listens itself; 0 if it does not. */
  readonly port: number;
  readonly pid?: number;
}

/** What an agent is doing, as the agent itself says it. */
export type Activity =
  | { readonly kind: "idle"; readonly since: UnixMs }
  | {
    readonly kind: "working";
    readonly since: UnixMs;
    /** The running tool and what it works on: `bash bun test`. */
    readonly doing?: string;
  }
  | {
    readonly kind: "waiting";
    readonly since: UnixMs;
    /** What a person is asked, as the dialog's title has it. */
    readonly question: string;
  }
  | {
    readonly kind: "error";
    readonly since: UnixMs;
    /** First line of what went wrong. */
    readonly message: string;
  };

export type OfflineReason =
  | "link_closed" // The uplink ended without a word: killed, or the network.
  | "silent" // No pong within the lease.
  | "quit" // It said goodbye.
  | "replaced" // The same agent came back on another uplink.
  | "restarted"; // Known from the store; not heard of since the daemon began.

/** The one status, seven values, in order of precedence. Computed on the server. */
export type NodeState =
  | {
    readonly kind: "waiting";
    readonly since: UnixMs;
    readonly question: string;
  }
  | {
    readonly kind: "working";
    readonly since: UnixMs;
    readonly doing?: string;
  }
  /**
   * What went wrong, in one line. Of an agent that was started here and never
   * came to life, the last lines of its terminal follow.
   */
  | { readonly kind: "error"; readonly since: UnixMs; readonly message: string }
  /** Finished, and nobody has looked since. */
  | { readonly kind: "done"; readonly since: UnixMs; readonly summary: string }
  | { readonly kind: "idle"; readonly since: UnixMs }
  | {
    readonly kind: "offline";
    readonly since: UnixMs;
    readonly reason: OfflineReason;
  }
  /** Spawned, or registered; its first word about itself has not arrived. */
  | { readonly kind: "starting"; readonly since: UnixMs };

export type NodeStateKind = NodeState["kind"];

export interface ModelFacts {
  readonly provider: string;
  readonly id: string;
  readonly name: string;
}

export interface SessionFacts {
  readonly id: string;
  /** Absolute path on the agent's machine. The file may not exist yet. */
  readonly file?: string;
  /** pi's own session name, shared by everyone. */
  readonly name?: string;
}

/**
 * One node as clients that subscribed see it. Complete: a later one replaces
 * an earlier one. Fields that change all the time are not in it.
 */
export interface NodeRecord extends NodeCard {
  readonly state: NodeState;
  readonly session?: SessionFacts;
  readonly model?: ModelFacts;
  /** `off`, `minimal`, `low`, `medium`, `high`, `xhigh`, `max`. */
  readonly thinking?: string;
  /** pi's version; empty if it cannot be told. */
  readonly pi?: string;
  /** `tui`, `rpc`, `json` or `print`. */
  readonly mode?: string;
  /** Git branch of `cwd`, where there is one. */
  readonly branch?: string;
  /** Start of the newest prompt, at most 120 characters. */
  readonly lastPrompt?: string;
  /** When it first registered. */
  readonly joinedAt: UnixMs;
  /** True for an agent of the original, reached through the relay. */
  readonly relayed?: boolean;
  /** The terminal it was spawned in, for as long as the runner has it. */
  readonly terminal?: TerminalId;
  /** Something a person should know: two processes on one session file. */
  readonly warning?: string;
}
