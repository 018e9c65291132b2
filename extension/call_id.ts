/** Ids of tool calls, short enough to be part of a key. */

import { createHash } from "node:crypto";

/** The hub takes 300. Some providers' ids hold encrypted state and go past it. */
const CALL_ID_MAX = 250;
const KEPT = 180;

/** The id itself, or its beginning with a digest that keeps it apart. */
export function shortCallId(id: unknown): string {
  const text = String(id ?? "");
  if (text.length <= CALL_ID_MAX) return text;
  const digest = createHash("sha256").update(text).digest("hex").slice(0, 32);
  return `${text.slice(0, KEPT)}~${digest}`;
}
