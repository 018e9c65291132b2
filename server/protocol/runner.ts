/**
 * Between the daemon and the runner: frames on the runner's Unix socket. Types,
 * and the version.
 *
 * A frame is its payload's length (u32, little endian), a kind (u8: 0 control,
 * one JSON object as UTF-8; 1 bytes), and the payload. On every connection each
 * side first says `hello`. Then the daemon calls, and is answered by id. A
 * connection that called `watch` is pushed changes; one that called `attach`
 * is that viewer's alone: from the reply on, bytes go both ways as frames of
 * kind 1, and control frames are `TerminalDown` and `TerminalUp`.
 *
 * A viewer that leaves says `bye`. One whose connection ends without a word
 * (the daemon was killed) is waited for: its place is held for 10 s, within
 * the bound of the terminal's ring.
 */

import type { WireError } from "./error.ts";
import type { NodeId, UnixMs } from "./node.ts";
import type { ServiceMethods, ServicePush } from "./service.ts";
import type {
  TerminalId,
  TerminalPlace,
  TerminalRecord,
  TerminalSize,
} from "./terminal.ts";

/**
 * Each side names the range it speaks; the highest that both do is spoken.
 * Raised only when a frame changes its meaning: fields may be added without.
 */
export const RUNNER_PROTOCOL = { oldest: 1, newest: 1 } as const;

export const FRAME_KIND = { control: 0, bytes: 1 } as const;

/** Of one frame's payload. More is a broken peer: its connection is closed. */
export const RUNNER_FRAME_MAX_BYTES = 4 * 1024 * 1024;

export interface RunnerHello {
  readonly type: "hello";
  readonly oldest: number;
  readonly newest: number;
  /** Version and commit, for people. */
  readonly build: string;
  /** Of the runner only. */
  readonly pid?: number;
  readonly startedAt?: UnixMs;
}

/** What to run in a new terminal. */
export interface OpenSpec {
  /** The caller's own id: opened twice with one id, it is opened once. */
  readonly id: TerminalId;
  readonly kind: "shell" | "agent";
  readonly node?: NodeId;
  /** Absolute path or name on the environment's PATH, and arguments. */
  readonly command: readonly string[];
  /** Absolute; exists. */
  readonly folder: string;
  /** All of it: nothing is inherited. The runner adds its own mark only. */
  readonly env: Readonly<Record<string, string>>;
  readonly size: TerminalSize;
  readonly name?: string;
  /**
   * Whether the program may be made to wait while its only viewers read
   * slowly. Never for an agent: its viewers get a fresh screen instead.
   */
  readonly mayWait: boolean;
  /** Ends with its last viewer, and is gone when it ends. */
  readonly isTransient: boolean;
}

export interface RunnerMethods extends ServiceMethods {
  /** From now on `terminal` and `gone` are pushed here. The result is the start. */
  watch: Method<Empty, { terminals: readonly TerminalRecord[] }>;
  /** A program that cannot be started gives a record that says `failed`. */
  open: Method<OpenSpec, TerminalRecord>;
  /**
   * Ends the program: `keys` are typed, if given, and for `patienceMs` nothing
   * else happens; then HUP to its session, a grace, and KILL to all that is
   * left of it, what has left its session included. Answered when all is gone.
   */
  end: Method<
    { terminal: TerminalId; keys?: string; patienceMs?: number },
    TerminalRecord
  >;
  /** Ends the program if need be, and forgets the terminal and its screen. */
  close: Method<{ terminal: TerminalId }, Empty>;
  /** Runs the same again in the same terminal, after it has ended. */
  restart: Method<{ terminal: TerminalId }, TerminalRecord>;
  rename: Method<{ terminal: TerminalId; name: string }, TerminalRecord>;
  /** Types, as a viewer would. */
  type: Method<{ terminal: TerminalId; text: string }, Empty>;
  /** The last lines of its screen and scrollback as plain text. */
  tail: Method<{ terminal: TerminalId; lines: number }, { text: string }>;
  attach: Method<
    {
      terminal: TerminalId;
      /** Absent: begin with a screen. */
      place?: TerminalPlace;
      size?: TerminalSize;
      readOnly: boolean;
      name: string;
    },
    { viewer: string }
  >;
  /** Ends every child, then the runner. */
  shutdown: Method<Empty, Empty>;
}

export type RunnerMethod = keyof RunnerMethods;

export type RunnerCall = {
  [M in RunnerMethod]: {
    readonly id: number;
    readonly method: M;
    readonly params: RunnerMethods[M]["params"];
  };
}[RunnerMethod];

export type RunnerReply =
  | { readonly id: number; readonly result: unknown }
  | { readonly id: number; readonly error: WireError };

export type RunnerPush =
  | { readonly type: "terminal"; readonly terminal: TerminalRecord }
  | { readonly type: "gone"; readonly terminal: TerminalId }
  | ServicePush;

/** Up, on an attached connection, before it is closed on purpose. */
export interface RunnerBye {
  readonly type: "bye";
}

interface Method<Params, Result> {
  params: Params;
  result: Result;
}

type Empty = Record<string, never>;
