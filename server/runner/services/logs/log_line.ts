/**
 * One line of a log file, and what it means: `[out] text`, `[err] text`,
 * `[hv] started pid=12 at=…`. The only place where bytes become text.
 */

import type { UnixMs } from "../../../protocol/node.ts";
import type { LogLine } from "../../../protocol/service.ts";

const STREAMS: Readonly<Record<string, LogLine["stream"]>> = {
  "[out] ": "stdout",
  "[err] ": "stderr",
  "[hv] ": "mark",
};

/** `2026-11-25T12:00:04.113Z` and a space. */
const STAMP_LENGTH = 25;

export function stampOf(at: UnixMs): string {
  return `${new Date(at).toISOString()} `;
}

/** The text of a mark; its time is in every one, stamped file or not. */
export function markText(words: string, at: UnixMs): string {
  return `${words} at=${new Date(at).toISOString()}`;
}

/** @param line A line of latin1, without its newline. */
export function readLine(
  line: string,
  isStamped: boolean,
): Omit<LogLine, "seq"> {
  const end = line.indexOf("] ") + 2;
  const stream = STREAMS[line.slice(0, end)];
  // Not ours: an older file, or one that somebody wrote into.
  if (!stream) return { stream: "stdout", text: decode(line) };
  const rest = line.slice(end);
  const at = timeOf(stream, rest, isStamped);
  const text = isStamped && at !== undefined && stream !== "mark"
    ? rest.slice(STAMP_LENGTH)
    : rest;
  return { stream, text: decode(text), ...(at === undefined ? {} : { at }) };
}

function timeOf(
  stream: LogLine["stream"],
  rest: string,
  isStamped: boolean,
): UnixMs | undefined {
  const stamp = stream === "mark"
    ? rest.match(/ at=(\S+)$/)?.[1]
    : isStamped
    ? rest.slice(0, STAMP_LENGTH - 1)
    : undefined;
  const at = stamp === undefined ? NaN : Date.parse(stamp);
  return Number.isNaN(at) ? undefined : at;
}

const decoder = new TextDecoder();

/** UTF-8 where it is that; what is not is shown by replacement characters. */
function decode(latin1: string): string {
  // Most lines are plain ASCII, and those are text as they stand.
  // deno-lint-ignore no-control-regex
  if (/^[\x00-\x7f]*$/.test(latin1)) return latin1;
  return decoder.decode(Buffer.from(latin1, "latin1"));
}
