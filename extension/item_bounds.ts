/**
 * Keeps items below their bound: what is too long is cut, and says so.
 *
 * Only ever copies; pi's own message is never touched.
 */

import type { Item } from "../server/protocol/item.ts";

/** The hub refuses twice this. Few messages but images ever reach it. */
export const ITEM_MAX_BYTES = 1024 * 1024;

/** No further is counted: it is too much by far. */
const COUNTED_MAX_BYTES = 64 * ITEM_MAX_BYTES;
/** What all that is cut may keep, so that the item is below its bound. */
const KEPT_MAX_BYTES = 0.9 * ITEM_MAX_BYTES;
/** What one part may keep once the whole is over the bound. */
const PART_MAX_BYTES = 128 * 1024;
/** Of the tool's own extra data, past which it is left out whole. */
const DETAILS_MAX_BYTES = 64 * 1024;
/** At this depth an argument is dropped rather than followed. */
const DEPTH_MAX = 8;

/** About how many bytes a value takes as JSON; escapes are not counted. */
export function sizeOf(value: unknown, depth = 0): number {
  switch (typeof value) {
    case "string":
      return Buffer.byteLength(value) + 2;
    case "object": {
      if (value === null) return 4;
      // Deeper than any message; and what is cyclic has to end somewhere.
      if (depth > 64) return ITEM_MAX_BYTES;
      let sum = 2;
      for (const [key, field] of Object.entries(value)) {
        sum += key.length + 4 + sizeOf(field, depth + 1);
        // What refers to itself in several places would take for ever.
        if (sum > COUNTED_MAX_BYTES) break;
      }
      return sum;
    }
    default:
      return 8;
  }
}

/** The item itself if it fits, else a copy that does. */
export function bounded(item: Item): Item {
  if (sizeOf(item) <= ITEM_MAX_BYTES) return item;
  const cut = { bytes: 0, left: KEPT_MAX_BYTES };
  if (item.kind !== "message") {
    return { ...item, summary: cutText(item.summary, PART_MAX_BYTES, cut) };
  }
  const message: Record<string, unknown> = { ...item.message };
  if (sizeOf(message.details) > DETAILS_MAX_BYTES) {
    cut.bytes += sizeOf(message.details);
    delete message.details;
  }
  const parts = Array.isArray(message.content) ? message.content.length : 1;
  const share = Math.min(
    PART_MAX_BYTES,
    Math.floor(ITEM_MAX_BYTES * 0.8 / Math.max(1, parts)),
  );
  const small = cutDeep(message, share, cut, 0) as typeof item.message;
  return { ...item, message: small, truncatedBytes: cut.bytes };
}

interface Cut {
  /** What was left out. */
  bytes: number;
  /** What may still be kept: many small values are too much as well. */
  left: number;
}

function cutDeep(
  value: unknown,
  share: number,
  cut: Cut,
  depth: number,
): unknown {
  if (typeof value === "string") {
    const text = cutText(value, Math.min(share, cut.left), cut);
    cut.left = Math.max(0, cut.left - sizeOf(text));
    return text;
  }
  if (typeof value !== "object" || value === null) return value;
  if (depth > DEPTH_MAX) {
    cut.bytes += sizeOf(value);
    return null;
  }
  if (Array.isArray(value)) {
    const kept = value.map((entry, at) =>
      keep(entry, `${at}`.length + 4, share, cut, depth)
    );
    return kept.filter((entry) => entry !== undefined);
  }
  const fields = value as Record<string, unknown>;
  if (fields.type === "image" && typeof fields.data === "string") {
    const image = cutImage(fields, share);
    cut.left = Math.max(0, cut.left - sizeOf(image));
    return image;
  }
  const entries = Object.entries(fields);
  // Of the message itself what is short is needed most.
  if (depth === 0) entries.sort(([, a], [, b]) => sizeOf(a) - sizeOf(b));
  return Object.fromEntries(entries.flatMap(([name, field]) => {
    const kept = keep(field, name.length + 4, share, cut, depth);
    return kept === undefined ? [] : [[name, kept]];
  }));
}

/** A field or an entry, or undefined if there is no room left for it. */
function keep(
  value: unknown,
  overhead: number,
  share: number,
  cut: Cut,
  depth: number,
): unknown {
  if (cut.left <= overhead) {
    cut.bytes += overhead + sizeOf(value);
    return undefined;
  }
  cut.left -= overhead;
  if (typeof value !== "string" && typeof value !== "object") cut.left -= 8;
  return cutDeep(value, share, cut, depth + 1);
}

/** An image is whole or it is nothing: half of one shows nothing. */
function cutImage(image: Record<string, unknown>, share: number) {
  const data = String(image.data);
  if (data.length <= share) return image;
  return {
    ...image,
    data: "",
    omittedBytes: Math.floor(data.length * 3 / 4),
  };
}

function cutText(text: string, max: number, cut: Cut): string {
  const bytes = Buffer.byteLength(text);
  if (bytes <= max) return text;
  // The last character may have been cut in two: it becomes U+FFFD, and goes.
  const kept = Buffer.from(text).subarray(0, max).toString()
    .replace(/\uFFFD$/, "");
  cut.bytes += bytes - Buffer.byteLength(kept);
  return kept;
}
