/** Rows: what a transcript is drawn from, one per visible thing. Types only. */

import type { ReadonlySignal } from "@preact/signals";
import type {
  BashMessage,
  CustomMessage,
  ItemKey,
  ToolResultMessage,
  UserMessage,
} from "../../server/protocol/item.ts";
import type { UnixMs } from "../../server/protocol/node.ts";
import type { LiveTool } from "../models/conversation_flight.ts";
import type { ToolArgs } from "./tool_facts.ts";

interface RowBase {
  /** Stays the same from the first delta to the stored item. */
  readonly key: string;
  /** The item it is part of, or will be. */
  readonly item: ItemKey;
}

export interface UserRow extends RowBase {
  readonly kind: "user";
  readonly message: UserMessage;
  readonly cutBytes: number;
}

/** `live` while it is being written; `text` when it is complete. */
export interface TextRow extends RowBase {
  readonly kind: "text";
  readonly text: string;
  readonly live?: ReadonlySignal<string>;
  readonly at: UnixMs;
}

export interface ThinkingRow extends RowBase {
  readonly kind: "thinking";
  readonly text: string;
  readonly live?: ReadonlySignal<string>;
  /** Of a live one. */
  readonly startedAt?: UnixMs;
}

export interface ToolRow extends RowBase {
  readonly kind: "tool";
  readonly id: string;
  readonly name: string;
  /** Absent while `json` is still being written. */
  readonly args?: ToolArgs;
  readonly json?: ReadonlySignal<string>;
  readonly live?: LiveTool;
  readonly result?: ToolResultMessage;
  readonly cutBytes: number;
}

/** Two or more read-only tools in a row that are done. */
export interface ExploredRow extends RowBase {
  readonly kind: "explored";
  readonly tools: readonly ToolRow[];
}

/** The work of a finished turn, up to its last answer. */
export interface WorkedRow extends RowBase {
  readonly kind: "worked";
  readonly open: boolean;
  readonly ms: number;
  readonly tools: number;
  readonly files: number;
}

/** The line between what was here when the reader left and what came since. */
export interface NewRow extends RowBase {
  readonly kind: "new";
}

export interface CaptionRow extends RowBase {
  readonly kind: "caption";
  readonly title: string;
  readonly text: string;
  readonly at: UnixMs;
}

export interface NoticeRow extends RowBase {
  readonly kind: "notice";
  readonly tone: "error" | "aborted" | "cut";
  readonly text: string;
}

export interface BashRow extends RowBase {
  readonly kind: "bash";
  readonly message: BashMessage;
  readonly cutBytes: number;
}

export interface CustomRow extends RowBase {
  readonly kind: "custom";
  readonly message: CustomMessage;
  readonly cutBytes: number;
}

/** A role this page does not know, as text. */
export interface UnknownRow extends RowBase {
  readonly kind: "unknown";
  readonly role: string;
  readonly text: string;
}

export type Row =
  | UserRow
  | TextRow
  | ThinkingRow
  | ToolRow
  | ExploredRow
  | WorkedRow
  | NewRow
  | CaptionRow
  | NoticeRow
  | BashRow
  | CustomRow
  | UnknownRow;

export function toolState(row: ToolRow): "running" | "done" | "failed" {
  if (row.result) return row.result.isError ? "failed" : "done";
  return row.live?.run.state ?? "running";
}
