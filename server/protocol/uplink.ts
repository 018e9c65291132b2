/**
 * The uplink: frames between an agent and its hypivisor, JSON text. Types only.
 *
 * Events are numbered from 1 within an epoch, which lasts as long as the
 * agent's process. The hub acknowledges an event once it is kept (with a store:
 * on disk). After a cut the agent sends again what was not acknowledged, except
 * deltas and outputs, then one `sync` that sets the message in flight anew.
 */

import type { AgentRequest, AgentRequests, Command } from "./command.ts";
import type { WireError } from "./error.ts";
import type { AgentEvent } from "./event.ts";
import type { ItemKey } from "./item.ts";
import type { NodeCard } from "./node.ts";
import type { AgentCapability, DaemonCapability } from "./version.ts";

/** First frame up. The fields of the original, and ours beside them. */
export interface RegisterFrame {
  readonly id: "reg";
  readonly method: "register";
  readonly params: NodeCard & {
    /** Required by the original; always `active`. */
    readonly status: "active";
    /** Version of this protocol that the agent speaks. */
    readonly uplink: number;
    /** Random, one per pi process: tells a return from a second process. */
    readonly epoch: string;
    readonly sessionId: string;
    readonly sessionFile?: string;
    readonly pi: string;
    readonly capabilities: readonly AgentCapability[];
  };
}

export interface DeregisterFrame {
  readonly id: "dereg";
  readonly method: "deregister";
  readonly params: { readonly id: string };
}

/** Up, after the register reply. */
export type UplinkUp =
  | ({ readonly seq: number } & AgentEvent)
  | Answer
  | { readonly type: "ping" }
  | DeregisterFrame;

export type Answer =
  | {
    readonly type: "answer";
    readonly id: number;
    readonly ok: true;
    readonly result: unknown;
  }
  | {
    readonly type: "answer";
    readonly id: number;
    readonly ok: false;
    readonly error: WireError;
  };

/**
 * Reply to `register`. A hypivisor of the original answers without `uplink`:
 * then nothing but registering again is any use.
 *
 * As an error: `{"id":"reg","error":"…"}`, with the text `Node id in use` when
 * another live process holds the id: take another and register again.
 */
export interface RegisteredFrame {
  readonly id: "reg";
  readonly result: {
    readonly status: "registered";
    readonly uplink: number;
    readonly capabilities: readonly DaemonCapability[];
    /** What the hub has of this node: where to go on. */
    readonly have: Have | null;
    /** Whether anybody watches. */
    readonly watch: boolean;
  };
}

export interface Have {
  readonly epoch: string;
  /** Newest event of that epoch that is kept. */
  readonly seq: number;
  readonly sessionId: string;
  /** Key of the newest item; null if there is none. */
  readonly key: ItemKey | null;
}

/** Down, after the register reply. */
export type UplinkDown =
  | { readonly type: "ack"; readonly seq: number }
  /**
   * The event of this number could not be read and is left out. It counts as
   * acknowledged: sent again, it would be refused again, for ever.
   */
  | { readonly type: "refused"; readonly seq: number; readonly reason: string }
  /** While off, `block`, `delta`, `tool` and `output` are not sent. */
  | { readonly type: "watch"; readonly on: boolean }
  | {
    readonly type: "command";
    readonly id: string;
    readonly command: Command;
  }
  | {
    [R in AgentRequest]: {
      readonly type: "request";
      readonly id: number;
      readonly method: R;
      readonly params: AgentRequests[R]["params"];
    };
  }[AgentRequest]
  /** Send everything anew, with `after` null. */
  | { readonly type: "resync" }
  | { readonly type: "pong" };
