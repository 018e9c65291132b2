/** The two clocks. The only place in here that reads them for a life. */

import type { Instant } from "./life/phase.ts";

/** `ms` stands still while the machine sleeps, and never goes back. */
export function instant(): Instant {
  return { ms: performance.now(), at: Date.now() };
}
