/**
 * Lines of a log as they are drawn: how serious each is, and which of them
 * can be one piece of text. Pure.
 */

import type { LogLine } from "../../server/protocol/service.ts";
import { saySecond } from "../words.ts";

export type Level = "error" | "warn" | "debug" | "stderr" | "plain";

/** What is drawn in one go: neighbours of one level, or a mark. */
export type Segment =
  | { readonly kind: "text"; readonly level: Level; readonly text: string }
  | { readonly kind: "mark"; readonly tone: Tone; readonly text: string };

/** Of a mark: whether it tells of a failure, or that lines are missing. */
export type Tone = "plain" | "bad" | "gap";

const ERROR =
  /\b(?:error|err|fatal|panic|panicked|critical|exception|traceback)\b|"level":\s*(?:"(?:error|fatal)"|[56]0)/i;
const WARN = /\b(?:warn|warning)\b|"level":\s*(?:"warn(?:ing)?"|40)/i;
const DEBUG = /\b(?:debug|trace)\b|"level":\s*(?:"(?:debug|trace)"|[12]0)/i;

const GOOD_NEWS = /\b(?:no|0) errors?\b|\berror=null\b/gi;

/** A level stands at the head of a line; what comes later is about others. */
const HEAD_CHARS = 160;

/**
 * A line says it itself; else what comes by stderr is only told apart.
 *
 * @param text Bare: a colour before a word would be a part of it.
 */
export function levelOf(stream: LogLine["stream"], text: string): Level {
  const head = text.slice(0, HEAD_CHARS);
  if (ERROR.test(head) && ERROR.test(head.replace(GOOD_NEWS, ""))) {
    return "error";
  }
  if (WARN.test(head)) return "warn";
  if (DEBUG.test(head)) return "debug";
  return stream === "stderr" ? "stderr" : "plain";
}

const ESCAPE =
  // deno-lint-ignore no-control-regex
  /\x1b(?:\[[0-9;:?<=>!]*[ -/]*[@-~]?|\][^\x07\x1b]*(?:\x07|\x1b\\|$)|[ -/]*[0-~]?)/g;
// deno-lint-ignore no-control-regex
const CONTROL = /[\x00-\x08\x0b-\x1f\x7f\x9b]/g;

/** What was written over in its line, as progress bars are. */
const OVERWRITTEN = /^[^]*\r(?=[^\r])/;

/** As a terminal would show it in the end, without colours. */
export function bareText(text: string): string {
  return text.replace(ESCAPE, "").replace(OVERWRITTEN, "")
    .replace(CONTROL, "");
}

export interface LogLook {
  /** Lower case; only lines with it are shown, if it is not empty. */
  readonly filter: string;
  readonly times: boolean;
}

export function isShown(line: LogLine, filter: string): boolean {
  return filter === "" || bareText(line.text).toLowerCase().includes(filter);
}

/** Each text ends with a newline; a mark stands alone. */
export function segmentsOf(
  lines: readonly LogLine[],
  { filter, times }: LogLook,
): Segment[] {
  const segments: Segment[] = [];
  let level: Level = "plain";
  let texts: string[] = [];
  const flush = () => {
    if (texts.length === 0) return;
    segments.push({ kind: "text", level, text: `${texts.join("\n")}\n` });
    texts = [];
  };
  for (const line of lines) {
    if (!isShown(line, filter)) continue;
    if (line.stream === "mark") {
      flush();
      const at = timeOf(line);
      const { tone, words } = readMark(line.text);
      const text = at ? `${words} · ${at}` : words;
      segments.push({ kind: "mark", tone, text });
      continue;
    }
    const text = bareText(line.text);
    const next = levelOf(line.stream, text);
    if (next !== level) flush();
    level = next;
    const at = times ? timeOf(line) : "";
    texts.push(at === "" ? text : `${at}  ${text}`);
  }
  flush();
  return segments;
}

let said = { second: 0, text: "" };

/** A browser takes 50 µs to say a time, and many lines share theirs. */
function timeOf({ at }: LogLine): string {
  if (at === undefined) return "";
  const second = Math.floor(at / 1000);
  if (said.second !== second) said = { second, text: saySecond(at) };
  return said.text;
}

/** In words of the page. Its time is said beside it, in the reader's own. */
function readMark(mark: string): { tone: Tone; words: string } {
  const text = mark.replace(/ at=\S+$/, "");
  const [, pid] = /^started pid=(\d+)$/.exec(text) ?? [];
  if (pid) return { tone: "plain", words: `Started, pid ${pid}` };
  const [, code, signal] = /^exited code=(\d+)(?: signal=(\S+))?$/.exec(text) ??
    [];
  if (signal) return { tone: "plain", words: `Ended by ${signal}` };
  if (code === "0") return { tone: "plain", words: "Ended" };
  if (code) return { tone: "bad", words: `Exited with code ${code}` };
  const tone = /\b(?:missing|lost)\b/.test(text) ? "gap" : "plain";
  return { tone, words: text.charAt(0).toUpperCase() + text.slice(1) };
}

/** A start is marked by the runner. */
export function isStart({ stream, text }: LogLine): boolean {
  return stream === "mark" && text.startsWith("started");
}

/** The last lines as they are told to an agent: with a name for each stream. */
export function lastLines(lines: readonly LogLine[], count: number): string {
  return lines.slice(-count).map((line) =>
    line.stream === "mark"
      ? `-- ${line.text} --`
      : bareText(line.text).slice(0, LINE_FOR_AGENT_CHARS)
  ).join("\n");
}

/** A line of megabytes would leave no room for the others. */
const LINE_FOR_AGENT_CHARS = 2_000;
