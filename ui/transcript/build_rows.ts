/**
 * Makes the rows of a transcript from items, flight and tools.
 *
 * Rows that did not change keep their identity, because that is what decides
 * whether a row is drawn again. Called whenever an item or a tool changes, and
 * not for text that streams: that goes through the rows' own signals.
 */

import type {
  Item,
  ItemKey,
  ToolResultMessage,
} from "../../server/protocol/item.ts";
import type { LiveFlight, LiveTool } from "../models/conversation_flight.ts";
import { foldTools, foldTurns } from "./fold.ts";
import { rowsOfItem } from "./item_rows.ts";
import type { Row, ToolRow } from "./rows.ts";

export interface RowSource {
  readonly items: readonly Item[];
  readonly flight: LiveFlight | undefined;
  readonly tools: ReadonlyMap<string, LiveTool>;
  /** See `TurnFolding`. */
  readonly openFrom: string | undefined;
  /** The last item when the reader left; undefined to draw no line. */
  readonly leftAt?: ItemKey | undefined;
  isOpen(key: string): boolean;
}

interface Result {
  readonly message: ToolResultMessage;
  readonly cutBytes: number;
}

export class RowBuilder {
  readonly #byItem = new WeakMap<Item, readonly Row[]>();
  #before = new Map<string, Row>();

  build(source: RowSource): Row[] {
    const results = resultsOf(source.items);
    const times = timesOf(source.items);
    const bare = [...this.#stored(source.items), ...flightRows(source)];
    const joined = join(bare, results, source.tools);
    const folded = foldTurns(foldTools(unique(joined)), {
      openFrom: source.openFrom,
      isOpen: source.isOpen,
      timeOf: (row) => timeOfRow(row, times),
    });
    return this.#keepSame(withLine(folded, source));
  }

  *#stored(items: readonly Item[]): Generator<Row> {
    for (const item of items) {
      let rows = this.#byItem.get(item);
      if (!rows) this.#byItem.set(item, rows = safeRows(item));
      yield* rows;
    }
  }

  #keepSame(rows: Row[]): Row[] {
    const kept = rows.map((row) => {
      const before = this.#before.get(row.key);
      return before && isSame(before, row) ? before : row;
    });
    this.#before = new Map(kept.map((row) => [row.key, row]));
    return kept;
  }
}

/** A message of a shape that nobody foresaw costs one row, not the page. */
function safeRows(item: Item): readonly Row[] {
  try {
    return rowsOfItem(item);
  } catch {
    const { key } = item;
    const text = JSON.stringify(item, null, 2);
    return [{ kind: "unknown", key, item: key, role: item.kind, text }];
  }
}

/** Results by the id of their call, in order: an id may come again. */
function resultsOf(items: readonly Item[]): Map<string, Result[]> {
  const results = new Map<string, Result[]>();
  for (const item of items) {
    if (item.kind !== "message" || item.message.role !== "toolResult") continue;
    const { message, truncatedBytes } = item;
    const result = { message, cutBytes: truncatedBytes ?? 0 };
    const known = results.get(message.toolCallId);
    if (known) known.push(result);
    else results.set(message.toolCallId, [result]);
  }
  return results;
}

function join(
  rows: readonly Row[],
  results: Map<string, Result[]>,
  tools: ReadonlyMap<string, LiveTool>,
): Row[] {
  const shown = new Set<string>();
  const calls = rows.map((row) => {
    if (row.kind !== "tool") return row;
    shown.add(row.id);
    return withOutcome(row, results.get(row.id)?.shift(), tools.get(row.id));
  });
  // Results whose call is on an older page come first; tools that run without
  // a call of their own, as other tools make them, come last.
  const orphans = [...results].flatMap(([id, rest]) =>
    rest.map((result) => withOutcome(bareRow(id, result), result, undefined))
  );
  const loose = [...tools.values()]
    .filter(({ run }) => run.state === "running" && !shown.has(run.id))
    .map((live) => liveRow(live));
  return [...orphans, ...calls, ...loose];
}

function withOutcome(
  row: ToolRow,
  result: Result | undefined,
  live: LiveTool | undefined,
): ToolRow {
  if (result) {
    return { ...row, result: result.message, cutBytes: result.cutBytes };
  }
  if (!live) return row;
  return { ...row, live, args: row.args ?? live.run.args };
}

function bareRow(id: string, { message }: Result): ToolRow {
  const key = `call:${id}`;
  const name = message.toolName;
  return { kind: "tool", key, item: `tool:${id}`, id, name, cutBytes: 0 };
}

function liveRow(live: LiveTool): ToolRow {
  const { id, name, args } = live.run;
  const row = { key: `call:${id}`, item: `tool:${id}`, id, name, cutBytes: 0 };
  return { ...row, kind: "tool", args, live };
}

function flightRows({ flight, items }: RowSource): Row[] {
  if (!flight || items.at(-1)?.key === flight.key) return [];
  const { key: item, startedAt: at } = flight;
  return flight.blocks.map(({ kind, call, text, startedAt }, i): Row => {
    const key = `${item}/${i}`;
    switch (kind) {
      case "text":
        return { kind, key, item, text: "", live: text, at };
      case "thinking":
        return { kind, key, item, text: "", live: text, startedAt };
      case "tool": {
        const id = call?.id ?? key;
        const name = call?.name ?? "tool";
        const own = { kind: "tool", item, id, name, json: text } as const;
        return { ...own, key: `call:${id}`, cutBytes: 0 };
      }
    }
  });
}

/** Draws the line before the first row of an item that came later. */
function withLine(rows: readonly Row[], { items, leftAt }: RowSource): Row[] {
  const all = [...rows];
  if (leftAt === undefined) return all;
  const order = new Map(items.map(({ key }, i) => [key, i]));
  const last = order.get(leftAt);
  if (last === undefined) return all;
  const at = all.findIndex((row) => (order.get(row.item) ?? Infinity) > last);
  if (at > 0) all.splice(at, 0, { kind: "new", key: "new", item: leftAt });
  return all;
}

/** Two rows of one key would make the page show one of them twice. */
function unique(rows: readonly Row[]): Row[] {
  const seen = new Map<string, number>();
  return rows.map((row) => {
    const times = (seen.get(row.key) ?? 0) + 1;
    seen.set(row.key, times);
    return times === 1 ? row : { ...row, key: `${row.key}~${times}` };
  });
}

function timesOf(items: readonly Item[]): Map<string, number> {
  return new Map(
    items.map((item) => [
      item.key,
      item.kind === "message" ? item.message.timestamp : item.at,
    ]),
  );
}

function timeOfRow(row: Row, times: Map<string, number>): number {
  if (row.kind === "tool" && row.result) return row.result.timestamp;
  if (row.kind === "explored") return row.tools.at(-1)!.result!.timestamp;
  return times.get(row.item) ?? 0;
}

/** Equal field by field; lists of rows and of tools element by element. */
function isSame(a: Row, b: Row): boolean {
  const fields = Object.keys(b) as (keyof Row)[];
  return fields.length === Object.keys(a).length &&
    fields.every((field) => isSameField(a[field], b[field]));
}

function isSameField(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (!Array.isArray(a) || !Array.isArray(b)) return false;
  return a.length === b.length &&
    a.every((each, i) =>
      each === b[i] || (isRow(each) && isRow(b[i]) && isSame(each, b[i]))
    );
}

function isRow(value: unknown): value is Row {
  return typeof value === "object" && value !== null && "kind" in value;
}
