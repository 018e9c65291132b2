/**
 * Readers of what comes over the runner's socket. Behind them types are true.
 *
 * The peer is a daemon of this user, perhaps of another version: unknown fields
 * are ignored, and what is wrong is refused by name.
 */

import { HypivisorError } from "../errors.ts";
import type {
  OpenSpec,
  RunnerBye,
  RunnerHello,
  RunnerMethod,
  RunnerMethods,
} from "../protocol/runner.ts";
import {
  TERMINAL_SIDE_MAX,
  type TerminalId,
  type TerminalPlace,
  type TerminalSize,
  type TerminalUp,
} from "../protocol/terminal.ts";
import type { NodeId } from "../protocol/node.ts";
import {
  boolean,
  id,
  integer,
  list,
  object,
  oneOf,
  optional,
  type Reader,
  record,
  refuse,
  text,
} from "../read.ts";
import { SERVICE_PARAMS } from "./services/read_service_calls.ts";

/** Linux takes 2 MiB of arguments and environment together, by default. */
const ARGUMENTS_MAX = 1_000;
const ARGUMENT_MAX_CHARACTERS = 128 * 1024;
const PATH_MAX_CHARACTERS = 4_096;
const NAME_MAX_CHARACTERS = 200;

/** A line typed for the program; a paste comes as a viewer's bytes. */
const TYPED_MAX_CHARACTERS = 1024 * 1024;

/** Long enough to let an agent finish its turn. */
const PATIENCE_MAX_MS = 10 * 60 * 1_000;

/** More than any scrollback has. */
const TAIL_MAX_LINES = 10_000;

const side = integer(1, TERMINAL_SIDE_MAX);
const size: Reader<TerminalSize> = object({ cols: side, rows: side });
const offset = integer(0, Number.MAX_SAFE_INTEGER);
const name = text({ max: NAME_MAX_CHARACTERS });
const terminal = id<TerminalId>();

const place: Reader<TerminalPlace> = object({
  stream: text({ max: NAME_MAX_CHARACTERS }),
  offset,
});

function noNull(of: Reader<string>): Reader<string> {
  return Object.assign(
    (value: unknown, at: string) => {
      const read = of(value, at);
      if (read.includes("\0")) refuse(at, "must not contain a null character");
      return read;
    },
    { schema: of.schema },
  );
}

const env: Reader<Readonly<Record<string, string>>> = Object.assign(
  (value: unknown, at: string) => {
    const read: Record<string, string> = {};
    const one = noNull(text({ max: ARGUMENT_MAX_CHARACTERS }));
    for (const [key, entry] of Object.entries(record(value, at))) {
      if (/[=\0]/.test(key) || key === "") {
        refuse(at, "has a name with = in it");
      }
      read[key] = one(entry, `${at}.${key}`);
    }
    return read;
  },
  { schema: record.schema },
);

const command = list(
  noNull(text({ max: ARGUMENT_MAX_CHARACTERS })),
  ARGUMENTS_MAX,
);

const folder = noNull(text({ min: 1, max: PATH_MAX_CHARACTERS }));

const openSpec = object({
  id: terminal,
  kind: oneOf("shell", "agent"),
  node: optional(id<NodeId>()),
  command,
  folder,
  env,
  size,
  name: optional(name),
  mayWait: boolean,
  isTransient: boolean,
});

function readOpen(value: unknown, at: string): OpenSpec {
  const spec = openSpec(value, at);
  if (!spec.command[0]) refuse(`${at}.command`, "must name a program");
  if (!spec.folder.startsWith("/")) {
    refuse(`${at}.folder`, "must be an absolute path");
  }
  return spec;
}

const named = object({ terminal });

type ParamsReaders = {
  readonly [M in RunnerMethod]: (
    value: unknown,
    at: string,
  ) => RunnerMethods[M]["params"];
};

const nothing = () => ({});

/** How each method's params are read. */
export const PARAMS: ParamsReaders = {
  ...SERVICE_PARAMS,
  watch: nothing,
  open: readOpen,
  end: object({
    terminal,
    keys: optional(text({ max: TYPED_MAX_CHARACTERS })),
    patienceMs: optional(integer(0, PATIENCE_MAX_MS)),
  }),
  close: named,
  restart: named,
  rename: object({ terminal, name }),
  type: object({ terminal, text: text({ max: TYPED_MAX_CHARACTERS }) }),
  tail: object({ terminal, lines: integer(0, TAIL_MAX_LINES) }),
  attach: object({
    terminal,
    place: optional(place),
    size: optional(size),
    readOnly: boolean,
    name,
  }),
  shutdown: nothing,
};

const call = object({
  id: integer(0, Number.MAX_SAFE_INTEGER),
  method: text({ max: NAME_MAX_CHARACTERS }),
});

export interface Call<M extends RunnerMethod = RunnerMethod> {
  readonly id: number;
  readonly method: M;
  readonly params: unknown;
}

/** Reads a call up to its params, which its method reads. */
export function readCall(value: unknown): Call {
  const { id, method } = call(value, "call");
  // Own names only: `constructor` and the like come from the prototype.
  if (!Object.hasOwn(PARAMS, method)) {
    throw new HypivisorError("not_found", `Cannot find method "${method}"`);
  }
  const { params } = value as { params?: unknown };
  return { id, method: method as RunnerMethod, params: params ?? {} };
}

/** The id of something that may be a call, for the answer that it is none. */
export function readCallId(value: unknown): number | undefined {
  const id = (value as { id?: unknown } | null)?.id;
  return typeof id === "number" ? id : undefined;
}

const version = integer(0, 1_000_000);

export const readHello: Reader<RunnerHello> = object({
  type: oneOf("hello"),
  oldest: version,
  newest: version,
  build: text({ max: NAME_MAX_CHARACTERS }),
});

const type = object({ type: oneOf("ack", "size", "claim", "bye") });
const ack = object({ offset });

/** What a viewer says. */
export function readUp(value: unknown): TerminalUp | RunnerBye {
  const said = type(value, "frame");
  switch (said.type) {
    case "ack":
      return { type: "ack", ...ack(value, "ack") };
    case "size":
      return { type: "size", ...size(value, "size") };
    default:
      return { type: said.type };
  }
}
