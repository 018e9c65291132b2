/**
 * The calls of `xy`, by its names, with its params, results and errors.
 *
 * Optional keys beside its own tell what it does not know. Logs are not here:
 * they are a connection's, see `links/xy_session.ts`.
 */

import { toWireError } from "../errors.ts";
import { type ErrorCode, RPC_ERROR } from "../protocol/error.ts";
import type {
  ServiceChoice,
  ServiceRecord,
  ServiceRefusal,
  ServiceStatus,
} from "../protocol/service.ts";
import { REFUSAL_NUMBER, XY_ERROR } from "../protocol/xy.ts";
import { boolean, isRecord, object, optional, text } from "../read.ts";
import type { Core } from "./core.ts";
import { NumberedError } from "./numbered_error.ts";
import { services } from "./service_methods.ts";

const REFUSAL_CODE: {
  readonly [K in ServiceRefusal["kind"]]: ErrorCode;
} = {
  no_such_service: "not_found",
  config_invalid: "conflict",
  port_taken: "conflict",
  spawn_failed: "unavailable",
  not_ready: "unavailable",
  leaving: "unavailable",
};

type Method = (core: Core, params: unknown) => unknown;

export const XY_METHODS: Readonly<Record<string, Method>> = {
  list: async (core) => (await services(core).fresh()).map(summaryOf),
  status: async (core, params) => {
    const { name } = readParams(named, params);
    const status = await asked(
      name,
      services(core).call("services_status", { name }),
    );
    return statusOf(status);
  },
  start: async (core, params) => {
    const choice = choiceOf(params);
    const { started, alreadyRunning, refused } = await services(core)
      .call("services_start", choice);
    return {
      started,
      already_running: alreadyRunning,
      ...rest(refused, choice),
    };
  },
  stop: async (core, params) => {
    const choice = { ...choiceOf(params), ...nowOf(params) };
    const { stopped, notRunning, refused } = await services(core)
      .call("services_stop", choice);
    return { stopped, not_running: notRunning, ...rest(refused, choice) };
  },
  restart: async (core, params) => {
    const choice = { ...choiceOf(params), ...nowOf(params) };
    const { restarted, refused } = await services(core)
      .call("services_restart", choice);
    return { restarted, ...rest(refused, choice) };
  },
  reload: async (core) => {
    const result = await services(core).reload();
    if (result.kind === "refused") {
      const text = result.faults.map(({ file, line, column, message }) =>
        `${file}:${line}:${column}: ${message}`
      ).join("\n");
      throw new NumberedError(XY_ERROR.configInvalid, "conflict", text);
    }
    const { kind: _, ...lists } = result;
    return lists;
  },
};

const named = object({ name: text({ min: 1, max: 255 }) });
const withNow = object({ now: optional(boolean) });

/** Reads params, saying of a fault what `xy` says. */
export function readParams<T>(
  reader: (value: unknown, at: string) => T,
  params: unknown,
): T {
  try {
    return reader(params ?? {}, "params");
  } catch (thrown) {
    const { message } = toWireError(thrown);
    throw invalid(message.replace(/^Cannot read /, ""));
  }
}

/** Tells of a server that is not there by its own number. */
export async function asked<T>(name: string, answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (thrown) {
    if (toWireError(thrown).code !== "not_found") throw thrown;
    throw new NumberedError(
      XY_ERROR.noSuchServer,
      "not_found",
      `no such server \`${name}\``,
    );
  }
}

function choiceOf(params: unknown): ServiceChoice {
  if (isRecord(params) && params.all !== undefined) {
    if (params.name !== undefined) throw invalid("either name or all");
    if (params.all !== true) {
      throw new NumberedError(
        RPC_ERROR.bad_request,
        "bad_request",
        "must set all=true",
      );
    }
    return { all: true };
  }
  return { names: [readParams(named, params).name] };
}

function nowOf(params: unknown): { now?: boolean } {
  return readParams(withNow, params);
}

function invalid(why: string): NumberedError {
  return new NumberedError(
    RPC_ERROR.bad_request,
    "bad_request",
    `invalid params: ${why}`,
  );
}

/**
 * What could not be done: of all of them a list beside what could, of one that
 * was named an error.
 */
function rest(
  refused: readonly ServiceRefusal[],
  choice: ServiceChoice,
): { refused?: readonly ServiceRefusal[] } {
  const [first] = refused;
  if (!first) return {};
  if ("all" in choice) return { refused };
  throw new NumberedError(
    REFUSAL_NUMBER[first.kind],
    REFUSAL_CODE[first.kind],
    first.message,
  );
}

/** In front what `xy` has, in its words; behind it what it does not know. */
function summaryOf(service: ServiceRecord): Record<string, unknown> {
  const { name, state, port, restarts, lastExit, uptimeMs } = service;
  return {
    name,
    state: state.kind,
    ...("pid" in state ? { pid: state.pid } : {}),
    port,
    ...(uptimeMs === undefined
      ? {}
      : { uptime_secs: Math.floor(uptimeMs / 1_000) }),
    restart_count: restarts,
    last_exit: lastExit?.code,
    last_exit_signal: lastExit?.signal,
    last_exit_unix_ms: lastExit?.at,
    desired: service.desired,
    starts: service.starts,
    retries_in_window: service.retriesInWindow,
    next_retry_unix_ms: "nextRetryAt" in state ? state.nextRetryAt : undefined,
    ready: service.ready.kind,
    health: service.health.kind,
  };
}

function statusOf(status: ServiceStatus): Record<string, unknown> {
  return {
    ...summaryOf(status),
    recent_transitions: status.transitions.map(({ from, to, at, reason }) => ({
      from,
      to,
      at_unix_ms: at,
      reason,
    })),
  };
}
