/**
 * What a session entry is to a transcript: a message, a mark, or nothing.
 *
 * The only place that knows pi's entry types. Entries that are not listed
 * (model changes, labels, state of extensions) are not shown, nor are `system`
 * messages, which hold pi's whole prompt since 0.86.
 */

import type { SessionEntry } from "@earendil-works/pi-coding-agent";
import {
  type Item,
  type ItemKey,
  itemKeyOf,
  type Message,
} from "../server/protocol/item.ts";
import { bounded } from "./item_bounds.ts";
import { readable } from "./readable.ts";

/** An item whose key may still need a suffix. */
export interface Draft {
  readonly base: ItemKey;
  readonly isMessage: boolean;
  /** Undefined for marks. */
  readonly message?: Message;
  readonly item: (key: ItemKey, promptId?: string) => Item;
}

/** Undefined for what is no part of a transcript. */
export function draftOfEntry(entry: SessionEntry): Draft | undefined {
  switch (entry.type) {
    case "message":
      return draftOfMessage(entry.message);
    case "custom_message":
      return draftOfMessage({
        role: "custom",
        customType: entry.customType,
        content: entry.content,
        display: entry.display,
        timestamp: Date.parse(entry.timestamp) || 0,
      });
    case "compaction":
      return mark(entry.id, (key) => ({
        kind: "compaction",
        key,
        at: Date.parse(entry.timestamp) || 0,
        summary: String(entry.summary ?? ""),
        ...(typeof entry.tokensBefore === "number"
          ? { tokensBefore: entry.tokensBefore }
          : {}),
      }));
    case "branch_summary":
      return mark(entry.id, (key) => ({
        kind: "branch",
        key,
        at: Date.parse(entry.timestamp) || 0,
        summary: String(entry.summary ?? ""),
      }));
    default:
      return undefined;
  }
}

/** Undefined for a `system` message, and for what is no message at all. */
export function draftOfMessage(raw: unknown): Draft | undefined {
  const { role } = (raw ?? {}) as { role?: unknown };
  if (typeof role !== "string" || role === "system") return undefined;
  const message = readable(raw as Message);
  return {
    base: itemKeyOf(message),
    isMessage: true,
    message,
    item: (key, promptId) =>
      bounded({
        kind: "message",
        key,
        message,
        ...(promptId === undefined ? {} : { promptId }),
      }),
  };
}

function mark(id: string, make: (key: ItemKey) => Item): Draft {
  return {
    base: `entry:${id}`,
    isMessage: false,
    item: (key) => bounded(make(key)),
  };
}
