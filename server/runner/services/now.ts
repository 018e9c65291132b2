/** The two clocks. The only place in here that reads them for a life or a log. */

import type { Instant } from "./life/phase.ts";
import type { LogClock } from "./logs/service_log.ts";

/** `ms` stands still while the machine sleeps, and never goes back. */
export function instant(): Instant {
  return { ms: performance.now(), at: Date.now() };
}

export const LOG_CLOCK: LogClock = {
  nowMs: () => performance.now(),
  at: () => Date.now(),
};
