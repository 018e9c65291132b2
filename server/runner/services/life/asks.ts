/** What a life wants done, and the words for why something came to nothing. */

import type {
  ServiceRecord,
  ServiceRefusal,
} from "../../../protocol/service.ts";
import type { ServiceRules } from "../config/config.ts";
import type { Instant } from "./phase.ts";

/** What a life begins with. */
export interface LifeBegin {
  readonly rules: ServiceRules;
  readonly desired: "up" | "down";
  readonly now: Instant;
  readonly asks: LifeAsks;
  /** From 0 to 1, for the jitter of delays. */
  readonly random: () => number;
}

export interface LifeAsks {
  /** Answer by `spawned` or `startFailed`. */
  spawn(run: number): void;
  /**
   * End a run, its whole group; again with `isNow` to skip the grace. Answer
   * by `exited` if it had a process, then by `emptied`.
   */
  end(run: number, isNow: boolean): void;
  /** What its probe was told last, if it was told anything. */
  whyNotReady(): string | undefined;
  /** Something that is shown is different. */
  changed(): void;
}

/** Why the last start, or the last run, came to nothing. */
export interface LifeFailure {
  readonly kind: ServiceRefusal["kind"];
  readonly message: string;
}

export type StopReason = "asked" | "leaving" | "removed" | "idle";

/** What of a record a life knows. */
export type LifeFacts = Pick<
  ServiceRecord,
  | "state"
  | "desired"
  | "starts"
  | "restarts"
  | "retriesInWindow"
  | "lastExit"
>;

export function notReady(
  { ready: { timeoutMs } }: ServiceRules,
  asks: LifeAsks,
): LifeFailure {
  const why = asks.whyNotReady();
  const message = `was not ready within ${timeoutMs} ms`;
  return { kind: "not_ready", message: why ? `${message} (${why})` : message };
}
