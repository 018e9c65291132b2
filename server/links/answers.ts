/** Reads what an agent answers to a request, before anybody uses it. */

import type {
  AgentRequest,
  AgentRequests,
  FoundFile,
} from "../protocol/command.ts";
import {
  boolean,
  integer,
  list,
  object,
  type Reader,
  record,
  text,
} from "../read.ts";
import { readItemOrMark } from "../read_item.ts";

const ENTRIES_MAX = 5_000;
const SHORT = { max: 4_096 };

const files: Reader<readonly FoundFile[]> = list(
  object({ path: text(SHORT), isDirectory: boolean }),
  ENTRIES_MAX,
);

const item = Object.assign(readItemOrMark, { schema: {} });
const anything = Object.assign((value: unknown) => value, { schema: {} });

const readers: {
  [R in AgentRequest]: Reader<AgentRequests[R]["result"]>;
} = {
  page: object({ items: list(item, ENTRIES_MAX), more: boolean }),
  slice: object({
    messages: list(anything, ENTRIES_MAX),
    total: integer(0, 2 ** 40),
  }),
  commands: object({
    commands: list(
      object({
        name: text(SHORT),
        description: text({ max: 20_000 }),
        source: text(SHORT),
      }),
      ENTRIES_MAX,
    ),
  }),
  files: object({ files, truncated: boolean }),
  folder: object({ files, cwd: text(SHORT) }),
  models: object({
    models: list(
      object({ provider: text(SHORT), id: text(SHORT), name: text(SHORT) }),
      ENTRIES_MAX,
    ),
  }),
  tools: object({ tools: list(record, ENTRIES_MAX) }),
};

/** @throws {HypivisorError} `bad_request` if the agent answers nonsense. */
export function readAnswer<R extends AgentRequest>(
  method: R,
  result: unknown,
): AgentRequests[R]["result"] {
  return readers[method](result, `answer to ${method}`);
}
