/**
 * What happens in an agent, as the uplink carries it up and the hub carries it
 * on to viewers. Types only.
 *
 * Every event says what is now true and may be received twice. The two that
 * add to something, `delta` and `output`, say where; both are only ever sent
 * after the block or tool they belong to, and a `flight` sets them all anew.
 */

import type { Flight, FlightBlock, Item, ItemKey, ToolRun } from "./item.ts";
import type { Activity, ModelFacts, SessionFacts } from "./node.ts";

/** Where a prompt or command stands. The last two are ends. */
export type ReceiptState =
  | "accepted" // The agent has it; pi has not said a word about it yet.
  | "queued" // pi holds it until the running turn allows it.
  | "started" // It is in the conversation.
  | "done"
  | "refused";

export interface Receipt {
  /** The sender's own id of the command. */
  readonly id: string;
  readonly state: ReceiptState;
  /** Of `refused`: one sentence for a person. */
  readonly reason?: string;
}

/** A prompt that pi holds until its turn comes. */
export interface QueuedPrompt {
  /** Absent for what was typed in the terminal. */
  readonly id?: string;
  readonly text: string;
  readonly mode: "steer" | "followUp";
}

/** Totals over the current branch. Tokens; `cost` in US dollars. */
export interface UsageTotals {
  readonly input: number;
  readonly output: number;
  readonly cacheRead: number;
  readonly cacheWrite: number;
  readonly cost: number;
  readonly turns: number;
}

/** How full the window is. `tokens` is null until pi can tell again. */
export interface ContextFacts {
  readonly tokens: number | null;
  readonly window: number;
}

export interface ToolFacts {
  readonly name: string;
  readonly description: string;
  readonly active: boolean;
}

/** Everything an agent says about itself that is not transcript. */
export interface AgentFacts {
  readonly pi: string;
  readonly mode: string;
  readonly session: SessionFacts;
  readonly model: ModelFacts | null;
  readonly thinking: string;
  readonly branch: string | null;
  readonly context: ContextFacts | null;
  readonly usage: UsageTotals;
  readonly queue: readonly QueuedPrompt[];
  readonly tools: readonly ToolFacts[];
}

/**
 * The conversation as it now is, or the rest of it.
 *
 * With `after` null the items replace all that was known; else they follow the
 * item of that key. `more` tells that older ones exist and can be asked for.
 */
export interface Sync {
  readonly type: "sync";
  readonly after: ItemKey | null;
  readonly items: readonly Item[];
  readonly more: boolean;
  /** Items of kind `message` on the whole branch, for paging by index. */
  readonly total: number;
  readonly flight: Flight | null;
  readonly tools: readonly ToolRun[];
  readonly facts: AgentFacts;
  readonly activity: Activity;
}

/** What a viewer sees happen, one change at a time. */
export type Change =
  /** The message in flight is exactly this, and these tools are the turn's. */
  | {
    readonly type: "flight";
    readonly flight: Flight | null;
    readonly tools: readonly ToolRun[];
  }
  /** A block of the message in flight begins. */
  | { readonly type: "block"; readonly at: number; readonly block: FlightBlock }
  /** Text to add at the end of block `at`. */
  | { readonly type: "delta"; readonly at: number; readonly text: string }
  /** An item exists. Ends the flight of the same key. */
  | { readonly type: "item"; readonly item: Item }
  /** A tool runs, or ended. Its `output` so far is kept unless it is not empty. */
  | { readonly type: "tool"; readonly tool: ToolRun }
  /** Keep the first `keep` characters of the tool's output, then add `text`. */
  | {
    readonly type: "output";
    readonly id: string;
    readonly keep: number;
    readonly text: string;
  }
  | { readonly type: "activity"; readonly activity: Activity }
  /** Each field that is present is complete; absent ones have not changed. */
  | { readonly type: "facts"; readonly facts: Partial<AgentFacts> }
  | { readonly type: "receipt"; readonly receipt: Receipt };

export type AgentEvent = Change | Sync;
