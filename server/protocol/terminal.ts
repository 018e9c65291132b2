/**
 * Terminals: what is known of one, and the frames of `/ws/terminal/{id}`.
 * Types, and the names and bounds that both sides must agree on.
 *
 * On that socket binary frames are the terminal's bytes, in both directions;
 * text frames are control, one JSON object each. The runner speaks the same
 * control frames, so that the daemon between them decides nothing.
 */

import type { NodeId, UnixMs } from "./node.ts";

export type TerminalId = string & { readonly __brand: "TerminalId" };

/**
 * Subprotocol of a viewer that acknowledges what its screen has taken. Without
 * it the frames are the same, and bytes count as taken once they are sent.
 */
export const TERMINAL_SUBPROTOCOL = "hyper-pi-terminal.1";

/** Subprotocol of ttyd's clients, on the same path. */
export const TTYD_SUBPROTOCOL = "tty";

/**
 * Of scrollback in the runner's own screen, which a `screen` paints. A page
 * keeps as many, so that one that was reloaded shows what one that was not
 * does. At 120 columns that is 4 MiB while it is drawn, 0.3 MiB as painted.
 */
export const TERMINAL_SCROLLBACK_LINES = 3_000;

/** In characters. Each side from 1 to this. */
export const TERMINAL_SIDE_MAX = 1_000;

export interface TerminalSize {
  readonly cols: number;
  readonly rows: number;
}

export type TerminalState =
  | { readonly kind: "running"; readonly since: UnixMs; readonly pid: number }
  /** One of the two is null. The screen can still be read. */
  | {
    readonly kind: "exited";
    readonly at: UnixMs;
    readonly code: number | null;
    /** Such as `SIGTERM`. */
    readonly signal: string | null;
  }
  /** The program could not be started. `reason` is for a person. */
  | { readonly kind: "failed"; readonly at: UnixMs; readonly reason: string };

export interface TerminalViewer {
  readonly id: string;
  /** For people: `Chromium on Linux`, `hypivisor attach`. */
  readonly name: string;
  readonly readOnly: boolean;
  /** The terminal has this one's size: it typed last, or asked for it. */
  readonly hasSize: boolean;
}

/** What a program says of itself by OSC 7501, as pi does. */
export interface ProgramStatus {
  readonly state: "idle" | "working" | "blocked" | "done" | "error";
  readonly app: string;
  readonly message?: string;
}

/** One terminal. Complete: a later one replaces an earlier one. */
export interface TerminalRecord {
  readonly id: TerminalId;
  /** Whether an agent's terminal: that of node `node`. */
  readonly kind: "shell" | "agent";
  readonly node?: NodeId;
  /** Program and arguments, as they were started. */
  readonly command: readonly string[];
  /** Absolute. Where it was opened. */
  readonly folder: string;
  /** Absolute. Where the shell says it is now (OSC 7). */
  readonly cwd?: string;
  /** Given by a person. */
  readonly name?: string;
  /** As the program sets it (OSC 0 and 2). */
  readonly title?: string;
  readonly size: TerminalSize;
  readonly state: TerminalState;
  readonly openedAt: UnixMs;
  /** When its bell last rang. */
  readonly bellAt?: UnixMs;
  readonly status?: ProgramStatus;
  readonly viewers: readonly TerminalViewer[];
}

/** A place in a terminal's output. A stream lasts as long as its program. */
export interface TerminalPlace {
  readonly stream: string;
  /** Bytes of output before it. */
  readonly offset: number;
}

/**
 * What a viewer is told, after an `attached`: first a `screen` or `resumed`,
 * then bytes, and in their order among the bytes whatever else happens.
 */
export type TerminalDown =
  | {
    readonly type: "attached";
    /** This viewer's own id. */
    readonly viewer: string;
    /** So many bytes are sent ahead of the last `ack`. */
    readonly window: number;
    readonly terminal: TerminalRecord;
  }
  /**
   * Begin anew: reset the screen to `size`; the next `bytes` bytes paint it, and
   * the live bytes after those begin at `offset`. Also sent to a viewer that
   * fell so far behind that what it missed is gone. Once it is painted it is
   * acknowledged with an `ack` of its `offset`: there is no other until then.
   */
  | (TerminalPlace & {
    readonly type: "screen";
    readonly bytes: number;
    readonly size: TerminalSize;
  })
  /** The bytes that follow continue at the place that was asked for. */
  | (TerminalPlace & { readonly type: "resumed" })
  /** From here on the terminal has this size. */
  | { readonly type: "size"; readonly size: TerminalSize }
  | { readonly type: "terminal"; readonly terminal: TerminalRecord }
  /** Something this viewer sent was not done. */
  | { readonly type: "refused"; readonly reason: string };

/** What a viewer may say. */
export type TerminalUp =
  /** The screen has taken all live bytes before `offset`. */
  | { readonly type: "ack"; readonly offset: number }
  /**
   * This viewer's own size. The terminal follows the viewer that typed last,
   * or the only one there is.
   */
  | ({ readonly type: "size" } & TerminalSize)
  /** Have the terminal follow this viewer, without typing. */
  | { readonly type: "claim" };

/** Query of `/ws/terminal/{id}`; all of it may be left out. */
export type TerminalQuery = Partial<
  Record<
    | "stream" // With `offset`: where to resume.
    | "offset"
    | "cols" // With `rows`: this viewer's size.
    | "rows"
    | "readonly" // `1`: what it sends is refused.
    | "name", // Shown to the other viewers.
    string
  >
>;
