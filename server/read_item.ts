/**
 * Reads transcript items as an agent sends them.
 *
 * A message is pi's own and is kept verbatim, except where its shape would
 * surprise whoever shows it: a part that is not what its type says, or of a
 * type nobody here knows, becomes text. So nothing pi may add later is lost,
 * and nothing later in the daemon or on the page needs to check again.
 */

import { HypivisorError } from "./errors.ts";
import type { Item, Message, ToolRun } from "./protocol/item.ts";
import type { Flight, FlightBlock } from "./protocol/item.ts";
import {
  id,
  integer,
  isRecord,
  list,
  number,
  object,
  oneOf,
  optional,
  type Reader,
  record,
  refuse,
  text,
} from "./read.ts";

/** An agent cuts its items to 1 MiB; twice that is a fault, and left out. */
const ITEM_MAX_CHARACTERS = 2 * 1024 * 1024;

/** pi has no such limit; a thousand parts in one message is already absurd. */
const PARTS_MAX = 1_000;

const key = id<string>(400);
const ms = number;

const head = object({ role: text({ min: 1, max: 60 }), timestamp: ms });
const toolResultHead = object({
  toolCallId: text({ max: 300 }),
  toolName: text({ max: 300 }),
});
const usage = object({
  input: number,
  output: number,
  cacheRead: number,
  cacheWrite: number,
  cost: optional(object({ total: number })),
});

/** Reads pi's message. Its fields that are not checked here stay as they are. */
export function readMessage(value: unknown, at: string): Message {
  const raw = record(value, at);
  const { role } = head(raw, at);
  const message: Record<string, unknown> = { ...raw };
  message.content = role === "bashExecution"
    ? undefined
    : readContent(raw.content, `${at}.content`);
  if (role === "toolResult") {
    Object.assign(message, toolResultHead(raw, at));
    message.isError = raw.isError === true;
    if (typeof message.content === "string") {
      message.content = [{ type: "text", text: message.content }];
    }
  }
  if (role === "assistant") {
    if (typeof message.content === "string") {
      message.content = [{ type: "text", text: message.content }];
    }
    if (!fits(usage, raw.usage)) delete message.usage;
    keepStrings(message, ["provider", "model", "stopReason", "errorMessage"]);
  }
  if (role === "bashExecution") {
    delete message.content;
    message.command = asText(raw.command);
    message.output = asText(raw.output);
  }
  if (role === "custom") message.customType = asText(raw.customType);
  if (typeof message.durationMs !== "number") delete message.durationMs;
  return message as unknown as Message;
}

function readContent(value: unknown, at: string): unknown {
  if (typeof value === "string") return value;
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) return asText(value);
  if (value.length > PARTS_MAX) {
    refuse(at, `must have at most ${PARTS_MAX} parts`);
  }
  return value.map((part) =>
    isKnownPart(part) ? part : {
      type: "text",
      text: asText(part),
    }
  );
}

function isKnownPart(part: unknown): boolean {
  if (!isRecord(part)) return false;
  switch (part.type) {
    case "text":
      return typeof part.text === "string";
    case "thinking":
      return typeof part.thinking === "string";
    case "image":
      return typeof part.data === "string" && typeof part.mimeType === "string";
    case "toolCall":
      return typeof part.id === "string" && typeof part.name === "string" &&
        isRecord(part.arguments);
    default:
      return false;
  }
}

function asText(value: unknown): string {
  if (typeof value === "string") return value;
  return value === undefined ? "" : JSON.stringify(value);
}

function keepStrings(
  message: Record<string, unknown>,
  names: readonly string[],
): void {
  for (const name of names) {
    if (typeof message[name] !== "string") delete message[name];
  }
}

function fits(read: Reader<unknown>, value: unknown): boolean {
  try {
    read(value, "");
    return true;
  } catch {
    return false; // Only asked whether it fits.
  }
}

const markFields = {
  key,
  at: ms,
  summary: text(),
  tokensBefore: optional(number),
};

const compaction = object({ kind: oneOf("compaction"), ...markFields });
const branch = object({ kind: oneOf("branch"), ...markFields });
const message = object({
  kind: oneOf("message"),
  key,
  promptId: optional(text({ max: 200 })),
  truncatedBytes: optional(number),
});

/** @throws {HypivisorError} `bad_request` if it is not an item. */
export function readItem(value: unknown, at: string): Item {
  const { kind } = record(value, at);
  switch (kind) {
    case "message":
      return {
        ...message(value, at),
        message: readMessage(
          (value as { message?: unknown }).message,
          `${at}.message`,
        ),
      };
    case "compaction":
      return compaction(value, at);
    case "branch":
      return branch(value, at);
    default:
      refuse(`${at}.kind`, "must be message, compaction or branch");
  }
}

/** Characters in all the texts of a value. Its depth is bounded already. */
function charactersOf(value: unknown): number {
  if (typeof value === "string") return value.length;
  if (typeof value !== "object" || value === null) return 0;
  let sum = 0;
  for (const part of Object.values(value)) sum += charactersOf(part);
  return sum;
}

/**
 * As `readItem`, but a message that cannot be read leaves a mark in its place,
 * so that one odd message neither hides the others nor is lost in silence.
 *
 * @throws {HypivisorError} `bad_request` if it has not even a key.
 */
export function readItemOrMark(value: unknown, at: string): Item {
  try {
    if (charactersOf(value) > ITEM_MAX_CHARACTERS) {
      refuse(at, "must have at most 2 MiB");
    }
    return readItem(value, at);
  } catch (thrown) {
    if (!(thrown instanceof HypivisorError) || !isRecord(value)) throw thrown;
    const content = `Could not show this message: ${thrown.message}`;
    return {
      kind: "message",
      key: key(value.key, `${at}.key`),
      message: {
        role: "custom",
        customType: "unreadable",
        content,
        display: true,
        timestamp: 0,
      },
    };
  }
}

export const readBlock: Reader<FlightBlock> = object({
  kind: oneOf("text", "thinking", "tool"),
  text: text(),
  call: optional(
    object({ id: text({ max: 300 }), name: text({ max: 300 }) }),
  ),
});

export const readFlight: Reader<Flight> = object({
  key,
  startedAt: ms,
  provider: optional(text({ max: 200 })),
  model: optional(text({ max: 200 })),
  blocks: list(readBlock, PARTS_MAX),
});

export const readToolRun: Reader<ToolRun> = object({
  id: text({ max: 300 }),
  name: text({ max: 300 }),
  args: record,
  state: oneOf("running", "done", "failed"),
  startedAt: ms,
  durationMs: optional(number),
  output: text(),
});

/** Where a block stands in its message. */
export const readPlace: Reader<number> = integer(0, PARTS_MAX - 1);
