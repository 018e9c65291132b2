/**
 * The calls about services: how their params are read, and what is done.
 *
 * A part of the table in `methods.ts`. What services are is the runner's.
 */

import type { ServiceDesk } from "../children/service_desk.ts";
import { HypivisorError } from "../errors.ts";
import type { MethodName, ParamsOf, ResultOf } from "../protocol/rpc.ts";
import type { LogPlace, ServiceChoice } from "../protocol/service.ts";
import {
  boolean,
  integer,
  list,
  object,
  optional,
  type Reader,
  refuse,
  text,
} from "../read.ts";
import type { Core } from "./core.ts";
import { toolsOf } from "./service_mcp.ts";

type ServiceMethod = Extract<
  MethodName,
  "list_services" | `service_${string}` | `${string}_services`
>;

/** Of what somebody typed; a real name is shorter. */
const name = text({ min: 1, max: 255 });

/** As many files as are read. */
const NAMES_MAX = 10_000;

/** More is nothing to look at, and the runner keeps fewer in memory. */
const LINES_MAX = 100_000;

const chosen = object({
  names: optional(list(name, NAMES_MAX)),
  all: optional(boolean),
  now: optional(boolean),
});

/** Names, or `all`: never both, and never neither by mistake. */
const choice: Reader<ServiceChoice & { now?: boolean }> = Object.assign(
  (value: unknown, at: string) => {
    const { names, all, now } = chosen(value, at);
    const when = now === undefined ? {} : { now };
    if (names && all === undefined) return { names, ...when };
    if (all && !names) return { all, ...when };
    return refuse(at, "either names or all must be given");
  },
  { schema: chosen.schema },
);

/** Where in a log to go on. */
export const readPlace: Reader<LogPlace> = object({
  epoch: text({ max: 100 }),
  seq: integer(Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER),
});

export const serviceReaders: {
  [M in ServiceMethod]: Reader<ParamsOf<M>>;
} = {
  list_services: object({}),
  service_status: object({ name }),
  start_services: choice,
  stop_services: choice,
  restart_services: choice,
  reload_services: object({}),
  check_services: object({}),
  service_tools: object({ name }),
  service_logs: object({
    name,
    tail: optional(integer(0, LINES_MAX)),
    since: optional(readPlace),
    sinceMs: optional(integer(0, Number.MAX_SAFE_INTEGER)),
  }),
};

type Handlers = {
  [M in ServiceMethod]: (
    core: Core,
    params: ParamsOf<M>,
  ) => ResultOf<M> | Promise<ResultOf<M>>;
};

export const serviceHandlers: Handlers = {
  list_services: async (core) => ({ services: await services(core).fresh() }),
  service_status: (core, params) =>
    services(core).call("services_status", params),
  start_services: (core, params) =>
    services(core).call("services_start", params),
  stop_services: (core, params) => services(core).call("services_stop", params),
  restart_services: (core, params) =>
    services(core).call("services_restart", params),
  reload_services: (core) => services(core).reload(),
  check_services: (core) => services(core).call("services_check", {}),
  service_tools: (core, params) => toolsOf(services(core), params.name),
  service_logs: (core, params) => services(core).read(params),
};

/** @throws {HypivisorError} `forbidden` if this daemon has none. */
export function services({ children }: Core): ServiceDesk {
  if (children) return children.services;
  throw new HypivisorError(
    "forbidden",
    "Cannot run services: hypivisor runs with --no-terminals",
  );
}
