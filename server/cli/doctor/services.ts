/** The doctor looks at services: which of them are not as they should be. */

import type { ServiceRecord } from "../../protocol/service.ts";
import { bad, type Finding, ok } from "./check.ts";

/** So many are named; status and the page have all of them. */
const NAMED_MAX = 5;

export function lookAtServices(services: readonly ServiceRecord[]): Finding {
  const ill = services.flatMap((one) => {
    const what = troubleOf(one);
    return what ? [`${one.name} ${what}`] : [];
  });
  if (ill.length === 0) {
    const running = services.filter(({ state }) => state.kind === "running");
    return ok("services", `${services.length}, ${running.length} running`);
  }
  const more = ill.length - NAMED_MAX;
  const named = ill.slice(0, NAMED_MAX).join(", ");
  return bad(
    "warn",
    "services",
    more > 0 ? `${named} and ${more} more` : named,
    "See why: hypivisor status NAME, hypivisor logs NAME",
  );
}

function troubleOf(
  { state, faults, health, log }: ServiceRecord,
): string | undefined {
  if (faults.length > 0) return "has a fault in its file";
  switch (state.kind) {
    case "failed":
      return "has failed";
    case "restarting":
      return "is being restarted";
  }
  if (health.kind === "unhealthy") return "is unhealthy";
  return log.error === undefined ? undefined : "cannot write its log";
}
