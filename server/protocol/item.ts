/**
 * Items: what a transcript is made of. Types, and the one rule for keys.
 *
 * An item is what pi stores: a message verbatim, or a mark in the history.
 * It is never changed once it exists; a message still being written is a
 * `Flight`, and becomes an item when it ends.
 */

import type { UnixMs } from "./node.ts";

/**
 * Names an item within a node for ever. Derived from the message alone, so
 * that the live event and the stored entry give the same key:
 * `user:1770000000000`, `tool:call_1`, `entry:a1b2c3`. A second message of one
 * role in one millisecond has `~2` behind it, and so on, in branch order.
 */
export type ItemKey = string;

export interface TextPart {
  readonly type: "text";
  readonly text: string;
}

export interface ThinkingPart {
  readonly type: "thinking";
  readonly thinking: string;
}

export interface ImagePart {
  readonly type: "image";
  /** Base64. Empty if it was over the bound; `omittedBytes` then says its size. */
  readonly data: string;
  readonly mimeType: string;
  readonly omittedBytes?: number;
}

export interface ToolCallPart {
  readonly type: "toolCall";
  readonly id: string;
  readonly name: string;
  readonly arguments: Readonly<Record<string, unknown>>;
}

export interface UserMessage {
  readonly role: "user";
  readonly content: string | readonly (TextPart | ImagePart)[];
  readonly timestamp: UnixMs;
}

export interface Usage {
  readonly input: number;
  readonly output: number;
  readonly cacheRead: number;
  readonly cacheWrite: number;
  readonly cost?: { readonly total: number };
}

export interface AssistantMessage {
  readonly role: "assistant";
  readonly content: readonly (TextPart | ThinkingPart | ToolCallPart)[];
  readonly provider?: string;
  readonly model?: string;
  readonly usage?: Usage;
  /** `stop`, `length`, `toolUse`, `error`, `aborted`. */
  readonly stopReason?: string;
  readonly errorMessage?: string;
  readonly durationMs?: number;
  readonly timestamp: UnixMs;
}

export interface ToolResultMessage {
  readonly role: "toolResult";
  readonly toolCallId: string;
  readonly toolName: string;
  readonly content: readonly (TextPart | ImagePart)[];
  readonly isError: boolean;
  /** Tool's own extra data; for `edit` it holds the diff. */
  readonly details?: unknown;
  readonly durationMs?: number;
  readonly timestamp: UnixMs;
}

/** The user's own `!command` in the terminal. */
export interface BashMessage {
  readonly role: "bashExecution";
  readonly command: string;
  readonly output: string;
  readonly exitCode?: number;
  readonly timestamp: UnixMs;
}

/** Put there by an extension. */
export interface CustomMessage {
  readonly role: "custom";
  readonly customType: string;
  readonly content: string | readonly (TextPart | ImagePart)[];
  readonly display: boolean;
  readonly timestamp: UnixMs;
}

/** pi's message, verbatim. Roles not listed here may occur: show them as text. */
export type Message =
  | UserMessage
  | AssistantMessage
  | ToolResultMessage
  | BashMessage
  | CustomMessage;

export type Item =
  | {
    readonly kind: "message";
    readonly key: ItemKey;
    readonly message: Message;
    /** The prompt this came from, if a page or script sent it. */
    readonly promptId?: string;
    /** Bytes cut from over-long parts to keep the item below its bound. */
    readonly truncatedBytes?: number;
  }
  | {
    readonly kind: "compaction";
    readonly key: ItemKey;
    readonly at: UnixMs;
    readonly summary: string;
    readonly tokensBefore?: number;
  }
  | {
    readonly kind: "branch";
    readonly key: ItemKey;
    readonly at: UnixMs;
    readonly summary: string;
  };

/** One block of a message still being written. `text` of a tool is its JSON so far. */
export interface FlightBlock {
  readonly kind: "text" | "thinking" | "tool";
  readonly text: string;
  /** Of a tool block only. */
  readonly call?: { readonly id: string; readonly name: string };
}

/** The assistant's message still being written, as far as it got. */
export interface Flight {
  readonly key: ItemKey;
  readonly startedAt: UnixMs;
  readonly provider?: string;
  readonly model?: string;
  readonly blocks: readonly FlightBlock[];
}

/** A tool that runs or ran in the current turn; its result becomes an item. */
export interface ToolRun {
  readonly id: string;
  readonly name: string;
  readonly args: Readonly<Record<string, unknown>>;
  readonly state: "running" | "done" | "failed";
  readonly startedAt: UnixMs;
  readonly durationMs?: number;
  /** What it printed so far; replaced as a whole or added to by `output`. */
  readonly output: string;
}

/** The key before a suffix for repeats is added. */
export function itemKeyOf(message: Message): ItemKey {
  return message.role === "toolResult"
    ? `tool:${message.toolCallId}`
    : `${message.role}:${message.timestamp}`;
}
