/**
 * The blocks `ready` and `health`: how one finds out that a service is there,
 * and that it still is.
 */

import {
  DEFAULT_HEALTH,
  DEFAULT_READY_TIMEOUT_MS,
  type HealthRules,
  type Probe,
  type ProcessConfig,
  type ReadyRules,
} from "./config.ts";
import type { KdlNode } from "./document.ts";
import type { Faults } from "./faults.ts";
import {
  block,
  type Field,
  type Found,
  placeOf,
  readChoice,
  readDuration,
  readU32,
  refuseSurplus,
} from "./fields.ts";

/** Below this a probe would do nothing but follow the one before. */
const HEALTH_INTERVAL_MIN_MS = 100;

/** In less than this nobody can answer. */
const TIMEOUT_MIN_MS = 1;

export const readyBlock = block({
  probe: readProbe,
  timeout: readTimeout,
});

function readTimeout(field: Field): number | undefined {
  const timeout = readDuration(field);
  if (timeout === undefined || timeout >= TIMEOUT_MIN_MS) return timeout;
  const why = `shorter than ${TIMEOUT_MIN_MS}ms`;
  field.faults.invalid(field.field, field.node.place, why);
  return undefined;
}

/** What the process is decides what is asked where nothing is said. */
export function readyRules(
  found: Found<typeof readyBlock> | undefined,
  { transport, port }: ProcessConfig,
): ReadyRules {
  const usual = transport === "stdio"
    ? "mcp"
    : port === undefined
    ? "none"
    : "tcp";
  return {
    probe: found?.probe ?? { kind: usual },
    timeoutMs: found?.timeout ?? DEFAULT_READY_TIMEOUT_MS,
    isDemanded: found !== undefined,
  };
}

/** Whether a probe is a question, which can be asked again. */
export function isQuestion({ kind }: Probe): boolean {
  return kind === "tcp" || kind === "http" || kind === "mcp";
}

/** What a probe lacks, in words. */
export function lackOf(
  { kind }: Probe,
  { transport, port }: ProcessConfig,
): string | undefined {
  if (transport === "stdio") {
    if (kind === "mcp" || !isQuestion({ kind } as Probe)) return undefined;
    return `\`${kind}\` cannot be asked over \`stdio\``;
  }
  if (port !== undefined || !isQuestion({ kind } as Probe)) return undefined;
  return `\`${kind}\` needs a \`port\``;
}

/** `probe "http" "/health"`: a kind, and what that kind needs. */
function readProbe(field: Field): Probe | undefined {
  const { node, faults } = field;
  const [kind, detail] = node.args;
  refuseSurplus(field, { args: 2 });
  const refuse = (why: string, place = node.place) => {
    faults.invalid(field.field, place, why);
    return undefined;
  };
  if (typeof kind?.value !== "string") return refuse("expected string");
  if (detail && typeof detail.value !== "string") {
    return refuse("expected string", detail.place);
  }
  const text = detail?.value as string | undefined;
  switch (kind.value) {
    case "http":
    case "mcp":
      if (text === undefined) {
        return kind.value === "mcp"
          ? { kind: "mcp" }
          : { kind: "http", path: "/" };
      }
      if (isUrlPath(text)) return { kind: kind.value, path: text };
      return refuse("expected a path that begins with /", detail?.place);
    case "log":
      if (text && !text.includes("\n")) return { kind: "log", text };
      return refuse('expected one line of text, such as probe "log" "ready"');
    case "tcp":
    case "fd":
    case "none":
      if (!detail) return { kind: kind.value };
      return refuse(`surplus argument \`${detail.text}\``, detail.place);
    default:
      return refuse(`unknown probe \`${kind.value}\``, kind.place);
  }
}

/** A path as it stands in a request: no spaces, no control characters. */
export function isUrlPath(text: string): boolean {
  return /^\/[!-~]*$/.test(text);
}

export const healthBlock = block({
  probe: readProbe,
  interval: readDuration,
  timeout: readTimeout,
  failures: readU32(1),
  action: readChoice("action", ["report", "restart"]),
});

/**
 * Health is watched where the file asks for it, and where it asks for a probe
 * of readiness that can be asked again.
 */
export function healthRules(
  found: Found<typeof healthBlock> | undefined,
  ready: ReadyRules,
  { node, faults }: { node: KdlNode | undefined; faults: Faults },
): HealthRules | undefined {
  const probe = found?.probe ??
    (isQuestion(ready.probe) ? ready.probe : undefined);
  if (!found && !ready.isDemanded) return undefined;
  if (!probe || probe.kind === "none") {
    if (found && !probe && node) {
      faults.invalid("health", node.place, "expected a `probe`");
    }
    return undefined;
  }
  const refuse = (key: string, why: string) =>
    node && faults.invalid(`health.${key}`, placeOf(node, key), why);
  if (!isQuestion(probe)) refuse("probe", `\`${probe.kind}\` tells only once`);
  const intervalMs = found?.interval ?? DEFAULT_HEALTH.intervalMs;
  if (intervalMs < HEALTH_INTERVAL_MIN_MS) {
    refuse("interval", `shorter than ${HEALTH_INTERVAL_MIN_MS}ms`);
  }
  return {
    probe,
    intervalMs,
    timeoutMs: found?.timeout ?? DEFAULT_HEALTH.timeoutMs,
    failures: found?.failures ?? DEFAULT_HEALTH.failures,
    action: found?.action ?? DEFAULT_HEALTH.action,
  };
}
