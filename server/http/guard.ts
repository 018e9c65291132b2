/**
 * The guard before every route and upgrade: Host, then Origin, then the
 * credential. Says no, and why; what is let through was checked completely.
 */

import type { Metrics, RefusalReason } from "../metrics.ts";
import { logger } from "../log.ts";
import type { Credentials } from "./credential.ts";
import { type HostRules, isOwnHost, isOwnOrigin } from "./origin.ts";
import type { SlowDown } from "./slow_down.ts";

const log = logger("guard");

/** What is logged of a stranger's header, in characters. */
const LOGGED_MAX = 200;

export interface Refusal {
  readonly status: 401 | 403;
  readonly reason: RefusalReason;
  /** For a person; the original's word for a missing credential. */
  readonly message: string;
  /** How long the answer waits. */
  readonly waitMs: number;
}

export interface Guard {
  /** Undefined if the request comes from where it may. */
  place(request: Request): Refusal | undefined;
  /** For one that comes from where it may. Undefined if it may pass. */
  check(request: Request, peer: string): Refusal | undefined;
  /** A wrong guess elsewhere: how long its answer waits. */
  wrongGuess(peer: string): number;
}

export interface GuardParts {
  readonly credentials: Credentials;
  readonly rules: HostRules;
  readonly slowDown: SlowDown;
  readonly metrics: Metrics;
  readonly now: () => number;
}

export function makeGuard(parts: GuardParts): Guard {
  const { credentials, rules, slowDown, metrics, now } = parts;

  function no(
    reason: RefusalReason,
    message: string,
    waitMs = 0,
  ): Refusal {
    metrics.refuse(reason);
    const status = reason === "credential" ? 401 : 403;
    return { status, reason, message, waitMs };
  }

  function place(request: Request): Refusal | undefined {
    const host = request.headers.get("host");
    if (!isOwnHost(host, rules)) {
      log.warn("refused", { reason: "host", host: host?.slice(0, LOGGED_MAX) });
      return no(
        "host",
        "Forbidden: unknown Host. Start hypivisor with --allow-host to allow it",
      );
    }
    const origin = request.headers.get("origin");
    if (!isOwnOrigin(origin, host, rules)) {
      log.warn("refused", {
        reason: "origin",
        origin: origin?.slice(0, LOGGED_MAX),
      });
      return no(
        "origin",
        "Forbidden: foreign Origin. Start hypivisor with --allow-origin to allow it",
      );
    }
    return undefined;
  }

  function wrongGuess(peer: string): number {
    const waitMs = slowDown.wrong(peer, now());
    log.warn("guess_refused", { peer, waitMs });
    return waitMs;
  }

  return {
    place,
    wrongGuess,
    check(request, peer) {
      const outcome = credentials.check(request.headers, request.url, now());
      if (outcome === "good") return undefined;
      const waitMs = outcome === "wrong" ? wrongGuess(peer) : 0;
      return no("credential", "Unauthorized", waitMs);
    },
  };
}
