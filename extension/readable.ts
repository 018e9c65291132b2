/**
 * Brings messages into a shape that the hub takes.
 *
 * pi's own always are. Other extensions put in what they like, and later
 * versions may know roles that we do not: a message that the hub refuses would
 * end the uplink, be sent again, and end it again. Copies only what it changes.
 */

import type { Message } from "../server/protocol/item.ts";
import { shortCallId } from "./call_id.ts";

/** What the hub takes: see `server/read_item.ts`. */
const ROLE_MAX = 60;
const MODEL_MAX = 200;
const PARTS_MAX = 1_000;
/** Of tools. */
export const NAME_MAX = 300;

type Fields = Readonly<Record<string, unknown>>;

/** The message itself if the hub takes it, else a copy that it does. */
export function readable(message: Message): Message {
  const raw = message as unknown as Fields;
  const mended: Record<string, unknown> = {
    role: shortened(raw.role, ROLE_MAX) || "unknown",
    // `JSON.stringify` makes null of the numbers that are none.
    timestamp: Number.isFinite(raw.timestamp) ? raw.timestamp : 0,
  };
  if (raw.role === "toolResult") {
    mended.toolCallId = shortCallId(raw.toolCallId);
    mended.toolName = shortened(raw.toolName, NAME_MAX);
  }
  if (raw.role === "assistant") {
    mended.provider = raw.provider && shortened(raw.provider, MODEL_MAX);
    mended.model = raw.model && shortened(raw.model, MODEL_MAX);
  }
  if (Array.isArray(raw.content)) mended.content = fewerParts(raw.content);
  const isRight = Object.keys(mended).every((name) =>
    mended[name] === raw[name]
  );
  return isRight ? message : { ...raw, ...mended } as unknown as Message;
}

export function shortened(value: unknown, max: number): string {
  return typeof value === "string" ? value.slice(0, max) : "";
}

/** The same list, unless it is too long or has too long a tool call's id. */
function fewerParts(content: readonly unknown[]): readonly unknown[] {
  const isRight = content.length <= PARTS_MAX && !content.some(isLongCall);
  if (isRight) return content;
  const parts = content.slice(0, PARTS_MAX).map((part) =>
    isLongCall(part) ? { ...part, id: shortCallId(part.id) } : part
  );
  if (content.length <= PARTS_MAX) return parts;
  const rest = content.length - PARTS_MAX + 1;
  parts[PARTS_MAX - 1] = { type: "text", text: `[${rest} more parts]` };
  return parts;
}

function isLongCall(part: unknown): part is Fields {
  const { type, id } = (part ?? {}) as Fields;
  return type === "toolCall" && shortCallId(id) !== id;
}
