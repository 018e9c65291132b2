/** What the runner and its screen worker say to each other. Types only. */

import type { TerminalSize } from "../../protocol/terminal.ts";

/** One run of a terminal. Never reused. */
export type MirrorId = number;

/** What a mirror is given, in the order of the output. */
export type MirrorStep =
  | { readonly type: "bytes"; readonly bytes: Uint8Array<ArrayBuffer> }
  | { readonly type: "size"; readonly size: TerminalSize };

/** What a mirror is like between two steps, for who would leave some out. */
export interface MirrorFacts {
  /** Plain output that follows does nothing but scroll. */
  readonly isPlain: boolean;
  /** Long lines wrap. */
  readonly wraps: boolean;
  /** Where the cursor is. */
  readonly column: number;
}

export type ToScreens =
  | {
    readonly type: "feed";
    readonly mirror: MirrorId;
    /** What it is made with, if it is not there. */
    readonly size: TerminalSize;
    readonly steps: readonly MirrorStep[];
  }
  | {
    readonly type: "paint";
    readonly mirror: MirrorId;
    readonly request: number;
  }
  | {
    readonly type: "tail";
    readonly mirror: MirrorId;
    readonly request: number;
    readonly lines: number;
  }
  | { readonly type: "forget"; readonly mirror: MirrorId };

export type FromScreens =
  | ({ readonly type: "fed"; readonly mirror: MirrorId } & MirrorFacts)
  | {
    readonly type: "painted";
    readonly request: number;
    readonly bytes: Uint8Array<ArrayBuffer>;
  }
  | { readonly type: "tail"; readonly request: number; readonly text: string }
  | {
    readonly type: "failed";
    readonly request: number | undefined;
    readonly error: string;
  };
