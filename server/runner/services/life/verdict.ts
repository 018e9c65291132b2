/**
 * What follows when a run has ended that nobody ended, or could not begin: it
 * is started again, given up, or was meant to end.
 */

import type { ServiceExit } from "../../../protocol/service.ts";
import type { RestartRules } from "../config/config.ts";
import { describeExit } from "./history.ts";
import { type Instant, later, type Phase } from "./phase.ts";
import type { Retries } from "./retries.ts";

export type Ended =
  | {
    readonly kind: "ended";
    readonly uptimeMs: number;
    readonly isFailure: boolean;
    readonly reason: string;
    /** The run, if something of it is still there. */
    readonly leftOver?: number;
  }
  | {
    readonly kind: "not_started";
    readonly reason: string;
    /** Somebody waits for the answer. */
    readonly isAsked: boolean;
  };

export function whatFollows(
  ended: Ended,
  { rules, isWanted, retries, now }: {
    rules: RestartRules;
    isWanted: boolean;
    retries: Retries;
    now: Instant;
  },
): Phase {
  const { reason } = ended;
  const left = "leftOver" in ended ? { leftOver: ended.leftOver } : {};
  // Whoever asked is told, and a second try would come to the same.
  const isHopeless = ended.kind === "not_started" && ended.isAsked;
  if (isHopeless) return failed(reason, rules, now);
  if (!isWanted || !wantsBack(ended, rules)) {
    if (ended.kind === "not_started") return failed(reason, rules, now);
    if (ended.leftOver === undefined) return { kind: "stopped" };
    return { kind: "ending", run: ended.leftOver, then: "stopped" };
  }
  const run = ended.kind === "ended" ? ended : { uptimeMs: 0, isFailure: true };
  const verdict = retries.enter(run, rules, now.ms);
  if (verdict.kind === "give_up") {
    const bound = `${rules.maxRetriesPerMinute} restarts a minute are allowed`;
    return { ...failed(`${reason}; ${bound}`, rules, now), ...left };
  }
  const until = later(now, verdict.delayMs);
  const attempt = Math.max(retries.count(now.ms), 1);
  return { kind: "backing_off", until, attempt, reason, ...left };
}

/** @param isEarly It was not ready yet: no end is a good one, then. */
export function judgeExit(
  exit: ServiceExit,
  { successExitCodes }: RestartRules,
  isEarly: boolean,
): { readonly isFailure: boolean; readonly reason: string } {
  const reason = describeExit(exit);
  if (!isEarly) {
    return { isFailure: !successExitCodes.includes(exit.code), reason };
  }
  return { isFailure: true, reason: `${reason} before it was ready` };
}

function wantsBack(ended: Ended, { policy }: RestartRules): boolean {
  if (policy === "never") return false;
  return policy === "always" || ended.kind === "not_started" || ended.isFailure;
}

function failed(
  reason: string,
  { retryFailedAfterMs }: RestartRules,
  now: Instant,
): Phase {
  if (retryFailedAfterMs === 0) return { kind: "failed", reason };
  return { kind: "failed", reason, retry: later(now, retryFailedAfterMs) };
}
