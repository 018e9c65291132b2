/** How the params of the calls for services are read. */

import type {
  LogPlace,
  LogQuery,
  ServiceChoice,
  ServiceMethods,
} from "../../protocol/service.ts";
import {
  boolean,
  integer,
  isRecord,
  list,
  object,
  optional,
  type Reader,
  record,
  refuse,
  text,
} from "../../read.ts";
import { CONFIG_FILES_MAX } from "./config/folder.ts";

const PATH_MAX_CHARACTERS = 4_096;

/** Of a name that somebody typed; a real one is shorter. */
const NAME_MAX_CHARACTERS = 255;

/** Linux takes no longer argument, nor variable. */
const VALUE_MAX_CHARACTERS = 128 * 1024;

const U32_MAX = 2 ** 32 - 1;

type Readers = {
  readonly [M in keyof ServiceMethods]: (
    value: unknown,
    at: string,
  ) => ServiceMethods[M]["params"];
};

const name = text({ min: 1, max: NAME_MAX_CHARACTERS });
const named = object({ name });
const nothing = () => ({});

function absolute(of: Reader<string>): Reader<string> {
  return Object.assign(
    (value: unknown, at: string) => {
      const path = of(value, at);
      if (path.startsWith("/") && !path.includes("\0")) return path;
      return refuse(at, "must be an absolute path");
    },
    { schema: of.schema },
  );
}

const folder = absolute(text({ min: 1, max: PATH_MAX_CHARACTERS }));

const environment: Reader<Readonly<Record<string, string>>> = Object.assign(
  (value: unknown, at: string) => {
    const one = text({ max: VALUE_MAX_CHARACTERS });
    const entries = Object.entries(record(value, at));
    return Object.fromEntries(
      entries.map(([key, entry]) => [key, one(entry, `${at}.${key}`)]),
    );
  },
  { schema: record.schema },
);

const names = list(name, CONFIG_FILES_MAX);

function choice(value: unknown, at: string): ServiceChoice {
  if (isRecord(value) && value.all !== undefined) {
    if (value.all === true && value.names === undefined) return { all: true };
    return refuse(at, "must have either names or all=true");
  }
  return { names: object({ names })(value, at).names };
}

function choiceNow(value: unknown, at: string) {
  const { now } = object({ now: optional(boolean) })(value, at);
  return { ...choice(value, at), ...(now === undefined ? {} : { now }) };
}

const place: Reader<LogPlace> = object({
  epoch: text({ max: NAME_MAX_CHARACTERS }),
  seq: integer(Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER),
});

const query: Reader<LogQuery> = object({
  name,
  tail: optional(integer(0, U32_MAX)),
  since: optional(place),
  sinceMs: optional(integer(0, Number.MAX_SAFE_INTEGER)),
  marks: optional(boolean),
  follow: boolean,
});

export const SERVICE_PARAMS: Readers = {
  services_load: object({ folder, env: environment }),
  services_list: nothing,
  services_status: named,
  services_start: choice,
  services_stop: choiceNow,
  services_restart: choiceNow,
  services_reload: nothing,
  services_check: object({ folder: optional(folder) }),
  services_touch: named,
  services_watch: nothing,
  services_log: query,
  services_log_cancel: object({
    subscription: integer(1, Number.MAX_SAFE_INTEGER),
  }),
  leaving: object({ now: optional(boolean) }),
};
