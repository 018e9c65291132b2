/** How the page says times, amounts, paths and states. Pure. */

import type { NodeRecord, NodeState, UnixMs } from "../server/protocol/node.ts";
import type {
  TerminalRecord,
  TerminalState,
  TerminalViewer,
} from "../server/protocol/terminal.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** Past a month an age says less than a date. */
const AGE_UNTIL_MS = 30 * DAY_MS;

/** `now`, `12m`, `5h`, `3d`, then a date. */
export function sayAge(since: UnixMs, now: UnixMs): string {
  const age = now - since;
  if (age < MINUTE_MS) return "now";
  if (age < HOUR_MS) return `${Math.floor(age / MINUTE_MS)}m`;
  if (age < DAY_MS) return `${Math.floor(age / HOUR_MS)}h`;
  if (age < AGE_UNTIL_MS) return `${Math.floor(age / DAY_MS)}d`;
  return new Date(since).toLocaleDateString();
}

/** A running thing as a clock: `0:07`, `3:18`, `1:02:09`. */
export function sayClock(since: UnixMs, now: UnixMs): string {
  const seconds = Math.max(0, Math.floor((now - since) / 1000));
  const [h, m, s] = [
    Math.floor(seconds / 3600),
    Math.floor(seconds / 60) % 60,
    seconds % 60,
  ];
  const two = (n: number) => String(n).padStart(2, "0");
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}

/** `22 min`, `3 h 5 min`. */
export function sayDuration(ms: number): string {
  const minutes = Math.floor(ms / MINUTE_MS);
  if (minutes < 1) return "under a minute";
  if (minutes < 60) return `${minutes} min`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** Local time of day; with the day if it is another one. */
export function sayMoment(at: UnixMs, now: UnixMs): string {
  const moment = new Date(at);
  const time = moment.toLocaleTimeString([], {
    hour: "2-digit",
    minute: "2-digit",
  });
  if (moment.toDateString() === new Date(now).toDateString()) return time;
  const day = moment.toLocaleDateString([], { day: "numeric", month: "short" });
  return `${day} ${time}`;
}

/** To the second, for data that may be old. */
export function saySecond(at: UnixMs): string {
  return new Date(at).toLocaleTimeString([], { hour12: false });
}

/** As pi does: `940`, `8.4k`, `212k`, `1.9M`. */
export function sayTokens(count: number): string {
  if (count < 1000) return String(count);
  if (count < 100_000) return `${trim(count / 1000)}k`;
  if (count < 1_000_000) return `${Math.round(count / 1000)}k`;
  return `${trim(count / 1_000_000)}M`;
}

function trim(value: number): string {
  return value.toFixed(1).replace(/\.0$/, "");
}

/** `$0.83`; under a cent with the digits that matter. */
export function sayMoney(dollars: number): string {
  if (dollars === 0) return "$0.00";
  if (dollars < 0.01) return `$${Number(dollars.toPrecision(1))}`;
  return `$${dollars.toFixed(2)}`;
}

export function sayBytes(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  if (bytes < 1024 ** 2) return `${Math.round(bytes / 1024)} KB`;
  return `${trim(bytes / 1024 ** 2)} MB`;
}

export function lastPart(path: string): string {
  const trimmed = path.replace(/[\\/]+$/, "");
  return trimmed.slice(trimmed.search(/[^\\/]*$/)) || "/";
}

/** The home folder as `~`; guessed from its usual places. */
export function shortPath(path: string): string {
  return path.replace(/^(?:\/home\/[^/]+|\/Users\/[^/]+|\/root)(?=\/|$)/, "~");
}

/** pi's own session name, or where it works. */
export function nameOf(node: NodeRecord): string {
  return node.session?.name || lastPart(node.cwd);
}

/**
 * Started from here, and not heard of yet: only its terminal can be seen. What
 * registers says which process it is.
 */
export function isComing({ pid, state }: NodeRecord): boolean {
  return pid === undefined &&
    (state.kind === "starting" || state.kind === "waiting");
}

/** Started from here in vain. */
export function hasFailedToStart({ pid, state }: NodeRecord): boolean {
  return pid === undefined && state.kind === "error";
}

const STATE_WORDS: Record<NodeState["kind"], string> = {
  waiting: "Waiting for you",
  working: "Working",
  error: "Error",
  done: "Done, unread",
  idle: "Idle",
  offline: "Offline",
  starting: "Starting",
};

export function stateWord(kind: NodeState["kind"]): string {
  return STATE_WORDS[kind];
}

/** The second line of a row: what the state is about. */
export function stateLine(node: NodeRecord, now: UnixMs): string {
  const { state } = node;
  switch (state.kind) {
    case "waiting":
      return state.question;
    case "working":
      return state.doing ?? "Thinking";
    case "error":
      return firstLine(state.message);
    case "done":
      return state.summary;
    case "idle":
      return node.lastPrompt ? `“${node.lastPrompt}”` : "Ready";
    case "offline":
      return `Last seen ${sayMoment(state.since, now)}`;
    case "starting":
      return `Starting in ${shortPath(node.cwd)}`;
  }
}

/** Of what went wrong; what may follow are the last words of a program. */
export function firstLine(message: string): string {
  return message.split("\n", 1)[0] ?? "";
}

/** How long the state lasts: a clock for what runs, an age for what rests. */
export function stateAge(state: NodeState, now: UnixMs): string {
  return state.kind === "working"
    ? sayClock(state.since, now)
    : sayAge(state.since, now);
}

/** What a person called it, what its program says, or what its program is. */
export function terminalName(
  { name, title, command, cwd, folder }: TerminalRecord,
): string {
  if (name) return name;
  const program = lastPart(command[0] ?? "shell").replace(/^-/, "");
  // A shell's title is `user@host: ~/folder`, longer than any tab.
  if (title && !/^\S+@\S+:/.test(title)) return title;
  return `${program} · ${lastPart(shortPath(cwd ?? folder))}`;
}

/** How it ended, as a sentence; undefined while it runs. */
export function sayEnd(state: TerminalState): string | undefined {
  switch (state.kind) {
    case "running":
      return undefined;
    case "failed":
      return `Could not start: ${state.reason}`;
    case "exited":
      if (state.signal) return `Ended by ${state.signal}`;
      return state.code === 0 ? "Exited" : `Exited with code ${state.code}`;
  }
}

/** `2 attached`, and who: nothing worth saying of one alone. */
export function sayViewers(viewers: readonly TerminalViewer[]): string {
  return viewers.length > 1 ? `${viewers.length} attached` : "";
}
