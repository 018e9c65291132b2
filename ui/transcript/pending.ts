/**
 * What the transcript and the page around it agree on. Types only.
 *
 * The outbox makes `PendingPrompt`s, the page's memory keeps `ScrollPlace`s,
 * and the page's shortcuts drive a `TranscriptController`.
 */

import type { UnixMs } from "../../server/protocol/node.ts";

/** A prompt that was written here and is not in the conversation yet. */
export interface PendingPrompt {
  /** The sender's own id; an item with this `promptId` is its arrival. */
  readonly id: string;
  readonly text: string;
  readonly mode: "steer" | "followUp";
  readonly at: UnixMs;
  readonly state:
    | "unsent"
    | "sent"
    | "accepted"
    | "queued"
    | "started"
    | "refused";
  /** Of `refused`: one sentence for a person. */
  readonly reason?: string;
  /** How many files go with it. */
  readonly attachments: number;
}

/** Where a reader was: following the end, or at a row. */
export type ScrollPlace =
  | { readonly following: true }
  | {
    readonly following: false;
    /** Of the row that was first in view. */
    readonly key: string;
    /** Pixels from the top of the view down to the top of that row. */
    readonly offset: number;
  };

/** What the page's shortcuts and buttons can make the transcript do. */
export interface TranscriptController {
  /** Goes to the newest and follows it, also while it grows. */
  toBottom(): void;
  previousPrompt(): void;
  nextPrompt(): void;
  /** Opens every tool card, or closes them all again. */
  toggleTools(): void;
  toggleThinking(): void;
  /** Opens the find bar and puts the caret in it. */
  find(): void;
}
