/** What can be told of a session from its items alone. Pure. */

import type { Item, Message } from "../../server/protocol/item.ts";

/** As many bars as the inspector draws. */
const MAX_TURNS = 14;

/** Files past this are not listed; a session that touches more is a rewrite. */
const MAX_FILES = 30;

/** US dollars per turn, oldest first: from one prompt to the next. */
export function costsPerTurn(items: readonly Item[]): number[] {
  const costs: number[] = [];
  let current = 0;
  for (let i = items.length - 1; i >= 0 && costs.length < MAX_TURNS; i--) {
    const item = items[i];
    if (item?.kind !== "message") continue;
    const { message } = item;
    if (message.role === "assistant") {
      current += message.usage?.cost?.total ?? 0;
    } else if (message.role === "user") {
      costs.unshift(current);
      current = 0;
    }
  }
  return costs;
}

export interface ChangedFile {
  readonly path: string;
  readonly added: number;
  readonly removed: number;
}

/** Files that `edit` and `write` changed, the newest change first. */
export function changedFiles(items: readonly Item[]): ChangedFile[] {
  const paths = new Map<string, string>();
  const files = new Map<string, ChangedFile>();
  for (const item of items) {
    if (item.kind !== "message") continue;
    notePaths(item.message, paths);
    const change = changeOf(item.message, paths);
    if (!change) continue;
    const before = files.get(change.path) ?? { added: 0, removed: 0 };
    files.delete(change.path);
    files.set(change.path, {
      path: change.path,
      added: before.added + change.added,
      removed: before.removed + change.removed,
    });
  }
  return [...files.values()].reverse().slice(0, MAX_FILES);
}

function notePaths(message: Message, paths: Map<string, string>): void {
  if (message.role !== "assistant" || !Array.isArray(message.content)) return;
  for (const part of message.content) {
    if (part.type !== "toolCall") continue;
    if (part.name !== "edit" && part.name !== "write") continue;
    const { path } = part.arguments ?? {};
    if (typeof path === "string") paths.set(part.id, path);
  }
}

function changeOf(
  message: Message,
  paths: ReadonlyMap<string, string>,
): ChangedFile | undefined {
  if (message.role !== "toolResult" || message.isError) return undefined;
  const path = paths.get(message.toolCallId);
  if (path === undefined) return undefined;
  const { diff } = (message.details ?? {}) as { diff?: unknown };
  const lines = typeof diff === "string" ? diff.split("\n") : [];
  return {
    path,
    added: lines.filter((line) => line.startsWith("+")).length,
    removed: lines.filter((line) => line.startsWith("-")).length,
  };
}
