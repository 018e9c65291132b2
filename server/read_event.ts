/**
 * Reads the frames of an uplink: `register`, numbered events, answers.
 *
 * `delta` is read by hand and first, because it is nearly all there is.
 */

import { HypivisorError } from "./errors.ts";
import type {
  AgentEvent,
  AgentFacts,
  Change,
  ContextFacts,
  Receipt,
  Sync,
  ToolFacts,
  UsageTotals,
} from "./protocol/event.ts";
import type {
  Activity,
  ModelFacts,
  NodeCard,
  NodeId,
  SessionFacts,
} from "./protocol/node.ts";
import {
  boolean,
  id,
  integer,
  list,
  nullable,
  number,
  object,
  oneOf,
  optional,
  type Reader,
  record,
  refuse,
  text,
} from "./read.ts";
import {
  readBlock,
  readFlight,
  readItemOrMark,
  readPlace,
  readToolRun,
} from "./read_item.ts";

/** More than an agent could ever queue, run or offer. */
const LIST_MAX = 2_000;
/** An agent sends a sync in pieces of 1 MiB; items may be tiny. */
const SYNC_ITEMS_MAX = 50_000;

const SHORT = { max: 500 };
const PATH = { max: 4_096 };

export const readCard: Reader<NodeCard> = object({
  id: id<NodeId>(),
  machine: text({ max: 255 }),
  cwd: text(PATH),
  port: integer(0, 65_535),
  pid: optional(integer(0, 2 ** 32 - 1)),
});

/**
 * The card in a `register` of either dialect.
 *
 * @throws {HypivisorError} `bad_request` with the original's one text for
 *   whatever is missing or of a wrong type.
 */
export function readNodeInfo(
  params: Readonly<Record<string, unknown>>,
): NodeCard {
  const { status } = params;
  try {
    if (status !== "active" && status !== "offline") throw new Error("status");
    return readCard(params, "params");
  } catch (cause) {
    throw new HypivisorError("bad_request", "Invalid node info", { cause });
  }
}

/** What our agents say beside the original's fields. */
export const readUplinkHead = object({
  uplink: integer(1, 1_000),
  epoch: id<string>(),
  sessionId: text(SHORT),
  sessionFile: optional(text(PATH)),
  pi: text({ max: 60 }),
  capabilities: list(text({ max: 60 }), 100),
});

export type UplinkHead = ReturnType<typeof readUplinkHead>;

const readSession: Reader<SessionFacts> = object({
  id: text(SHORT),
  file: optional(text(PATH)),
  name: optional(text(SHORT)),
});

const readModel: Reader<ModelFacts> = object({
  provider: text(SHORT),
  id: text(SHORT),
  name: text(SHORT),
});

const readContext: Reader<ContextFacts> = object({
  tokens: nullable(number),
  window: number,
});

const readUsage: Reader<UsageTotals> = object({
  input: number,
  output: number,
  cacheRead: number,
  cacheWrite: number,
  cost: number,
  turns: number,
});

const readTool: Reader<ToolFacts> = object({
  name: text(SHORT),
  description: text({ max: 20_000 }),
  active: boolean,
});

const factFields = {
  pi: text({ max: 60 }),
  mode: text({ max: 60 }),
  session: readSession,
  model: nullable(readModel),
  thinking: text({ max: 60 }),
  branch: nullable(text(SHORT)),
  context: nullable(readContext),
  usage: readUsage,
  queue: list(
    object({
      id: optional(text(SHORT)),
      text: text(),
      mode: oneOf("steer", "followUp"),
    }),
    LIST_MAX,
  ),
  tools: list(readTool, LIST_MAX),
};

const readFacts: Reader<AgentFacts> = object(factFields);

function readSomeFacts(value: unknown, at: string): Partial<AgentFacts> {
  const raw = record(value, at);
  const facts: Record<string, unknown> = {};
  for (const [name, read] of Object.entries(factFields)) {
    if (Object.hasOwn(raw, name)) {
      facts[name] = read(raw[name], `${at}.${name}`);
    }
  }
  return facts as Partial<AgentFacts>;
}

const since = number;
const activities = {
  idle: object({ kind: oneOf("idle"), since }),
  working: object({
    kind: oneOf("working"),
    since,
    doing: optional(text({ max: 1_000 })),
  }),
  waiting: object({
    kind: oneOf("waiting"),
    since,
    question: text({ max: 4_000 }),
  }),
  error: object({
    kind: oneOf("error"),
    since,
    message: text({ max: 4_000 }),
  }),
};

function readActivity(value: unknown, at: string): Activity {
  const { kind } = record(value, at);
  if (typeof kind !== "string" || !Object.hasOwn(activities, kind)) {
    refuse(`${at}.kind`, "must be idle, working, waiting or error");
  }
  return activities[kind as keyof typeof activities](value, at);
}

const readReceipt: Reader<Receipt> = object({
  id: id<string>(),
  state: oneOf("accepted", "queued", "started", "done", "refused"),
  reason: optional(text({ max: 2_000 })),
});

function readSync(value: Readonly<Record<string, unknown>>): Sync {
  const items = value.items;
  if (!Array.isArray(items) || items.length > SYNC_ITEMS_MAX) {
    refuse("event.items", `must be a list of at most ${SYNC_ITEMS_MAX}`);
  }
  return {
    type: "sync",
    after: nullable(text(SHORT))(value.after, "event.after"),
    items: items.map((item, index) =>
      readItemOrMark(item, `event.items[${index}]`)
    ),
    more: boolean(value.more, "event.more"),
    total: integer(0, 2 ** 40)(value.total, "event.total"),
    flight: nullable(readFlight)(value.flight, "event.flight"),
    tools: list(readToolRun, LIST_MAX)(value.tools, "event.tools"),
    facts: readFacts(value.facts, "event.facts"),
    activity: readActivity(value.activity, "event.activity"),
  };
}

type Fields = Readonly<Record<string, unknown>>;

const changes: { [T in Change["type"]]: (value: Fields) => Change } = {
  delta: (value) => ({
    type: "delta",
    at: readPlace(value.at, "event.at"),
    text: text()(value.text, "event.text"),
  }),
  block: (value) => ({
    type: "block",
    at: readPlace(value.at, "event.at"),
    block: readBlock(value.block, "event.block"),
  }),
  flight: (value) => ({
    type: "flight",
    flight: nullable(readFlight)(value.flight, "event.flight"),
    tools: list(readToolRun, LIST_MAX)(value.tools, "event.tools"),
  }),
  item: (value) => ({
    type: "item",
    item: readItemOrMark(value.item, "event.item"),
  }),
  tool: (value) => ({
    type: "tool",
    tool: readToolRun(value.tool, "event.tool"),
  }),
  output: (value) => ({
    type: "output",
    id: text(SHORT)(value.id, "event.id"),
    keep: integer(0, 2 ** 31)(value.keep, "event.keep"),
    text: text()(value.text, "event.text"),
  }),
  activity: (value) => ({
    type: "activity",
    activity: readActivity(value.activity, "event.activity"),
  }),
  facts: (value) => ({
    type: "facts",
    facts: readSomeFacts(value.facts, "event.facts"),
  }),
  receipt: (value) => ({
    type: "receipt",
    receipt: readReceipt(value.receipt, "event.receipt"),
  }),
};

/** @throws {HypivisorError} `bad_request` if it is not an event. */
export function readEvent(value: Fields): AgentEvent {
  const { type } = value;
  if (
    type === "delta" && typeof value.text === "string" &&
    Number.isInteger(value.at) && (value.at as number) >= 0
  ) {
    return { type, at: value.at as number, text: value.text };
  }
  if (type === "sync") return readSync(value);
  if (typeof type !== "string" || !Object.hasOwn(changes, type)) {
    throw new HypivisorError(
      "bad_request",
      `Cannot read event.type: unknown type "${String(type).slice(0, 60)}"`,
    );
  }
  return changes[type as Change["type"]](value);
}
