/** How the command line says states, times, paths and names. Pure. */

import type { NodeRecord, NodeState, UnixMs } from "../protocol/node.ts";
import type { TerminalRecord } from "../protocol/terminal.ts";
import { type Colour, plain } from "./style.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

const STATES: {
  readonly [K in NodeState["kind"]]: readonly [string, Colour];
} = {
  waiting: ["? needs you", "yellow"],
  error: ["! failed", "red"],
  done: ["* finished", "green"],
  working: ["> working", "blue"],
  starting: [". starting", "cyan"],
  idle: ["- idle", "dim"],
  offline: ["x offline", "dim"],
};

/** In the order in which they want to be seen. */
export const STATE_ORDER = Object.keys(STATES) as NodeState["kind"][];

/** A sign and a word, and their colour. */
export function stateOf({ state }: NodeRecord): {
  text: string;
  colour: Colour;
} {
  const [text, colour] = STATES[state.kind];
  return { text, colour };
}

/** What the state is about; empty if it says all. */
export function aboutState({ state, lastPrompt, warning }: NodeRecord): string {
  switch (state.kind) {
    case "waiting":
      return plain(state.question);
    case "working":
      return plain(state.doing ?? lastPrompt ?? "");
    case "error":
      return plain(state.message);
    case "done":
      return plain(state.summary);
    default:
      return plain(warning ?? lastPrompt ?? "");
  }
}

/** As for a node, of a terminal's program. */
export function terminalState({ state }: TerminalRecord): {
  text: string;
  colour: Colour;
} {
  switch (state.kind) {
    case "running":
      return { text: "> running", colour: "blue" };
    case "exited":
      return { text: endOf(state), colour: state.code === 0 ? "dim" : "red" };
    case "failed":
      return { text: "! failed", colour: "red" };
  }
}

function endOf(
  { code, signal }: { code: number | null; signal: string | null },
): string {
  return code === 0 ? "x ended" : `x ended, ${signal ?? code}`;
}

/** `12s`, `12m`, `5h`, `3d`. */
export function sayAge(since: UnixMs, now: UnixMs): string {
  const age = Math.max(0, now - since);
  if (age < MINUTE_MS) return `${Math.floor(age / 1_000)}s`;
  if (age < HOUR_MS) return `${Math.floor(age / MINUTE_MS)}m`;
  if (age < DAY_MS) return `${Math.floor(age / HOUR_MS)}h`;
  return `${Math.floor(age / DAY_MS)}d`;
}

/** Bytes for people, in units of 1,024: `3.4 GiB`. */
export function sayBytes(bytes: number): string {
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  let at = 0;
  while (bytes >= 1024 && at < units.length - 1) {
    bytes /= 1024;
    at++;
  }
  return `${bytes < 10 && at > 0 ? bytes.toFixed(1) : Math.round(bytes)} ${
    units[at]
  }`;
}

/** The home folder as `~`; `home` is that of who reads it. */
export function shortPath(path: string, home: string | undefined): string {
  const clean = plain(path);
  if (!home || home === "/") return clean;
  if (clean === home) return "~";
  return clean.startsWith(`${home}/`) ? `~${clean.slice(home.length)}` : clean;
}

/** pi's own session name, or the folder where it works. */
export function nameOf(node: NodeRecord): string {
  return plain(node.session?.name ?? "") || lastPart(node.cwd);
}

/** What a person named it, what it calls itself, or what runs in it. */
export function terminalName(terminal: TerminalRecord): string {
  const { name, title, command } = terminal;
  return plain(name ?? "") || plain(title ?? "") || lastPart(command[0] ?? "");
}

function lastPart(path: string): string {
  return plain(path.replace(/[\\/]+$/, "").replace(/^.*[\\/]/, "")) || "/";
}

/** `1 agent`, `3 agents`. */
export function count(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? "" : "s"}`;
}
