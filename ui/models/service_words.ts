/** How the page says what a service does and how it is. Pure. */

import type { UnixMs } from "../../server/protocol/node.ts";
import type {
  ConfigFault,
  McpSeen,
  ServiceExit,
  ServiceRecord,
  ServiceStateName,
} from "../../server/protocol/service.ts";
import { sayClock, saySecond, shortPath } from "../words.ts";

const STATE_WORDS: Record<ServiceStateName, string> = {
  stopped: "Stopped",
  starting: "Starting",
  running: "Running",
  restarting: "Restarting",
  failed: "Failed",
  stopping: "Stopping",
  invalid: "Faulty file",
};

export function serviceWord(kind: ServiceStateName): string {
  return STATE_WORDS[kind];
}

/** Past a minute seconds say nothing more. */
const SECONDS_UNTIL = 60;

/** `in 4 s`, `in 3:20`; `now` when it is due. */
export function sayIn(at: UnixMs, now: UnixMs): string {
  const seconds = Math.ceil((at - now) / 1000);
  if (seconds <= 0) return "now";
  return seconds < SECONDS_UNTIL
    ? `in ${seconds} s`
    : `in ${sayClock(now, at)}`;
}

export function sayExit({ code, signal }: ServiceExit): string {
  return signal ? `Ended by ${signal}` : `Exited with code ${code}`;
}

/** Nothing crashes with a SIGTERM: it was told to end, here or elsewhere. */
export function isBadExit({ code, signal }: ServiceExit): boolean {
  return code !== 0 && signal !== "SIGTERM";
}

/** Why it is in the state it is in; undefined where the word says it all. */
export function stateReason(
  record: ServiceRecord,
  now: UnixMs,
): string | undefined {
  const { state, ready, health } = record;
  switch (state.kind) {
    case "failed":
      return state.nextRetryAt === undefined
        ? sentence(state.reason)
        : `${sentence(state.reason)}. Next try ${
          sayIn(state.nextRetryAt, now)
        }`;
    case "restarting":
      return `${sentence(state.reason)}. Try ${state.attempt} ${
        sayIn(state.nextRetryAt, now)
      }`;
    case "starting":
      if (state.waitsFor?.length) {
        return `Waits for ${state.waitsFor.join(", ")}`;
      }
      return ready.kind === "waiting" ? ready.why : undefined;
    case "invalid":
      return record.faults[0] && sayFault(record.faults[0]);
    case "running":
      if (health.kind === "unhealthy") return `Unhealthy: ${health.why}`;
      return ready.kind === "waiting"
        ? `Not ready${ready.why ? `: ${ready.why}` : ""}`
        : undefined;
    case "stopped":
      if (record.desired === "up" && record.start === "lazy") {
        return "Starts when it is used";
      }
      return record.lastExit && isBadExit(record.lastExit)
        ? sayExit(record.lastExit)
        : undefined;
    case "stopping":
      return undefined;
  }
}

export function sayReady({ ready }: ServiceRecord): string | undefined {
  switch (ready.kind) {
    case "unknown":
      return undefined;
    case "waiting":
      return ready.why ? `Waiting: ${ready.why}` : "Waiting";
    case "ready":
      return `Since ${saySecond(ready.at)}`;
  }
}

export function sayHealth({ health }: ServiceRecord): string | undefined {
  switch (health.kind) {
    case "unknown":
      return undefined;
    case "healthy":
      return "Healthy";
    case "unhealthy":
      return `Unhealthy: ${health.why}` +
        (health.failures > 1 ? ` (${health.failures} times)` : "");
  }
}

type Probed = Pick<ServiceRecord, "ready" | "health">;

/** What the newest probe found of it, as an MCP server. */
function mcpSeen({ ready, health }: Probed): McpSeen | undefined {
  return (health.kind === "healthy" ? health.mcp : undefined) ??
    (ready.kind === "ready" ? ready.mcp : undefined);
}

export function sayMcp(record: Probed): string | undefined {
  const seen = mcpSeen(record);
  if (!seen) return undefined;
  if (seen.needsAuth) return "Wants a credential";
  return seen.era === "legacy" ? "Answers, older protocol" : "Answers";
}

/** Without the path of its file, which stands beside it. */
export function sayFault({ file, message }: ConfigFault): string {
  return sentence(message.replaceAll(` in ${file}`, ""));
}

function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** As editors and terminals make a link of it. */
export function sayPlace({ file, line, column }: ConfigFault): string {
  return `${shortPath(file)}:${line}:${column}`;
}

/** Where it can be spoken to, as far as it is known. */
export function sayAddress(
  { transport, port, path }: ServiceRecord,
): string | undefined {
  if (transport === "http" && port) return `127.0.0.1:${port}${path ?? ""}`;
  return port ? String(port) : undefined;
}
