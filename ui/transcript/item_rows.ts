/** The rows of one item. Tool results are not rows: they join their call. */

import type {
  AssistantMessage,
  Item,
  Message,
} from "../../server/protocol/item.ts";
import type { CaptionRow, NoticeRow, Row } from "./rows.ts";

export function rowsOfItem(item: Item): Row[] {
  switch (item.kind) {
    case "message":
      return rowsOfMessage(item, item.message);
    case "compaction":
      return [caption(item, "Context compacted")];
    case "branch":
      return [caption(item, "Another branch was left here")];
    default:
      return [unknown((item as Item).key, "item", item)];
  }
}

function rowsOfMessage(
  item: Extract<Item, { kind: "message" }>,
  message: Message,
): Row[] {
  const base = {
    key: item.key,
    item: item.key,
    cutBytes: item.truncatedBytes ?? 0,
  };
  switch (message.role) {
    case "user":
      return [{ ...base, kind: "user", message }];
    case "assistant":
      return [...parts(item.key, message), ...endings(item, message)];
    case "toolResult":
      return [];
    case "bashExecution":
      return [{ ...base, kind: "bash", message }];
    case "custom":
      return message.display ? [{ ...base, kind: "custom", message }] : [];
    default: {
      const other = message as { role?: unknown; content?: unknown };
      return [unknown(item.key, String(other.role), other.content ?? other)];
    }
  }
}

/** A row per part, keyed by its place: so is the flight it was before. */
function parts(item: string, message: AssistantMessage): Row[] {
  if (!Array.isArray(message.content)) return [];
  return message.content.flatMap((part, at): Row[] => {
    const base = { key: `${item}/${at}`, item };
    switch (part.type) {
      case "text":
        if (part.text.trim() === "") return [];
        return [{
          ...base,
          kind: "text",
          text: part.text,
          at: message.timestamp,
        }];
      case "thinking":
        if (part.thinking.trim() === "") return [];
        return [{ ...base, kind: "thinking", text: part.thinking }];
      case "toolCall":
        return [{
          key: `call:${part.id}`,
          item,
          kind: "tool",
          id: part.id,
          name: part.name,
          args: part.arguments ?? {},
          cutBytes: 0,
        }];
      default:
        return [unknown(base.key, "part", part)];
    }
  });
}

function endings(
  item: Extract<Item, { kind: "message" }>,
  message: AssistantMessage,
): NoticeRow[] {
  const base = { kind: "notice", item: item.key } as const;
  const rows: NoticeRow[] = [];
  if (item.truncatedBytes) {
    const text = String(item.truncatedBytes);
    rows.push({ ...base, key: `${item.key}/cut`, tone: "cut", text });
  }
  const key = `${item.key}/end`;
  if (message.stopReason === "error") {
    const text = message.errorMessage || "The model's answer failed";
    rows.push({ ...base, key, tone: "error", text });
  } else if (message.stopReason === "aborted") {
    const text = message.errorMessage || "Stopped";
    rows.push({ ...base, key, tone: "aborted", text });
  } else if (message.stopReason === "length") {
    const text = "The answer ended at the model's output limit";
    rows.push({ ...base, key, tone: "aborted", text });
  }
  return rows;
}

function caption(
  item: Extract<Item, { kind: "compaction" | "branch" }>,
  title: string,
): CaptionRow {
  return {
    kind: "caption",
    key: item.key,
    item: item.key,
    title,
    text: item.summary,
    at: item.at,
  };
}

function unknown(key: string, role: string, content: unknown): Row {
  const text = typeof content === "string"
    ? content
    : JSON.stringify(content, null, 2) ?? "";
  return { kind: "unknown", key, item: key, role, text };
}
