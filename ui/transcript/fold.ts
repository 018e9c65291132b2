/**
 * Folding: finished work takes one line.
 *
 * Read-only tools in a row fold when they are done. A turn's work, all before
 * its last answer, folds when the next prompt is in the conversation; which
 * turns may fold is decided by the caller, so that nothing folds under the
 * eyes of someone who reads it.
 */

import { changedFile, factsOf } from "./tool_facts.ts";
import {
  type ExploredRow,
  type Row,
  type ToolRow,
  toolState,
  type UserRow,
  type WorkedRow,
} from "./rows.ts";

export function foldTools(rows: readonly Row[]): Row[] {
  const result: Row[] = [];
  let run: ToolRow[] = [];
  const flush = () => {
    if (run.length > 1) result.push(explored(run));
    else result.push(...run);
    run = [];
  };
  for (const row of rows) {
    if (row.kind === "tool" && isQuiet(row)) run.push(row);
    else {
      flush();
      result.push(row);
    }
  }
  flush();
  return result;
}

function isQuiet(row: ToolRow): boolean {
  return factsOf(row.name).readOnly && toolState(row) === "done" &&
    row.result !== undefined;
}

function explored(tools: ToolRow[]): ExploredRow {
  const { key, item } = tools[0]!;
  return { kind: "explored", key: `explored:${key}`, item, tools };
}

export interface TurnFolding {
  /** The turn of this prompt and all after it stay as they are. */
  readonly openFrom: string | undefined;
  isOpen(key: string): boolean;
  /** When the last item of a row was written. */
  timeOf(row: Row): number;
}

export function foldTurns(rows: readonly Row[], folding: TurnFolding): Row[] {
  const result: Row[] = [];
  let prompt: UserRow | undefined;
  let turn: Row[] = [];
  let isFinal = false;
  for (const row of rows) {
    if (row.kind !== "user") {
      turn.push(row);
      continue;
    }
    result.push(...(isFinal ? turn : foldTurn(prompt, turn, folding)));
    result.push(row);
    isFinal ||= row.key === folding.openFrom;
    prompt = row;
    turn = [];
  }
  result.push(...turn);
  return result;
}

function foldTurn(
  prompt: UserRow | undefined,
  turn: readonly Row[],
  folding: TurnFolding,
): readonly Row[] {
  const lastTool = turn.findLastIndex(isWork);
  if (lastTool < 0) return turn;
  const answer = turn.findIndex((row, i) =>
    i > lastTool && row.kind !== "thinking"
  );
  const end = answer < 0 ? turn.length : answer;
  const work = turn.slice(0, end);
  // By the last of them: an older page may add to the front of the turn.
  const last = work.at(-1)!;
  const key = `worked:${last.key}`;
  const tools = work.flatMap((row) =>
    row.kind === "tool" ? [row] : row.kind === "explored" ? row.tools : []
  );
  const files = tools.map((tool) => changedFile(tool.name, tool.args ?? {}));
  const start = prompt?.message.timestamp ?? folding.timeOf(work[0]!);
  const row: WorkedRow = {
    kind: "worked",
    key,
    item: last.item,
    open: folding.isOpen(key),
    ms: Math.max(0, folding.timeOf(last) - start),
    tools: tools.length,
    files: new Set(files.filter(Boolean)).size,
  };
  return [row, ...(row.open ? work : []), ...turn.slice(end)];
}

function isWork(row: Row): boolean {
  return row.kind === "tool" || row.kind === "explored";
}
