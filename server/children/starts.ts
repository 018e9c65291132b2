/**
 * Agents that were started here and have not registered: whether pi is still
 * on its way, asks something first, or has ended.
 *
 * Learns of terminals as they change, also of those that the last daemon
 * opened; tells the roster. Once an agent is live its own link says the rest.
 */

import { logger } from "../log.ts";
import type { NodeCard, NodeId, NodeRecord, UnixMs } from "../protocol/node.ts";
import type { TerminalId, TerminalRecord } from "../protocol/terminal.ts";
import type { TerminalChange, Terminals } from "./terminals.ts";

const log = logger("starts");

/** pi takes two seconds to register, and its question is there in one. */
const LOOK_EVERY_MS = 500;

/** Who has not registered by then waits for something, or has no pi-socket. */
const LATE_AFTER_MS = 15_000;

/** From then on it is looked at less often. */
const LOOK_LATE_EVERY_MS = 2_000;

/** What is read of a screen; pi's question is ten lines high. */
const SCREEN_LINES = 40;

/** What is shown of the output of one that failed. */
const LAST_LINES = 8;
const LAST_MAX_CHARACTERS = 1_000;

/** pi 1.5.2 asks it before it loads an extension. */
const TRUST_QUESTION = /^\W*(Trust project folder\?)/m;

/** The registry, as far as starting goes. */
export interface Roster {
  list(): readonly NodeRecord[];
  find(id: NodeId): NodeRecord | undefined;
  /** @throws {HypivisorError} `not_found`. */
  get(id: NodeId): NodeRecord;
  isLive(id: NodeId): boolean;
  spawn(
    card: NodeCard,
    details: {
      readonly session?: { id: string; file?: string; name?: string };
    },
    now: UnixMs,
  ): void;
  ask(id: NodeId, question: string | undefined): void;
  fail(id: NodeId, message: string, now: UnixMs): void;
  setTerminal(id: NodeId, terminal: TerminalId | undefined): void;
}

export interface StartsParts {
  readonly terminals: Terminals;
  readonly roster: Roster;
  /** The last lines of a terminal's screen. */
  readonly tail: (id: TerminalId, lines: number) => Promise<string>;
  readonly machine: string;
  readonly now: () => UnixMs;
}

export class Starts {
  readonly #parts: StartsParts;
  /** Timers of those that are looked at. */
  readonly #looking = new Map<TerminalId, ReturnType<typeof setTimeout>>();
  /** Agents' terminals that were looked at once. */
  readonly #known = new Set<TerminalId>();

  constructor(parts: StartsParts) {
    this.#parts = parts;
    parts.terminals.onChange((change) => this.#hear(change));
  }

  close(): void {
    for (const timer of this.#looking.values()) clearTimeout(timer);
    this.#looking.clear();
  }

  #hear({ type, terminal }: TerminalChange): void {
    const { node, id, state } = terminal;
    if (terminal.kind !== "agent" || node === undefined) return;
    const { roster } = this.#parts;
    if (type === "gone") {
      this.#known.delete(id);
      this.#stopLooking(id);
      if (roster.find(node)?.terminal === id) {
        roster.setTerminal(node, this.#otherOf(node));
      }
      return;
    }
    if (state.kind === "running") {
      this.#begin(terminal, node, state.since);
      return roster.setTerminal(node, id);
    }
    if (!roster.find(node)?.terminal) roster.setTerminal(node, id);
    if (this.#stopLooking(id)) {
      this.#failed(terminal, node).catch((thrown) =>
        log.failed("failure_untold", thrown)
      );
    }
  }

  /** A node has one terminal; an older one that has ended may be left. */
  #otherOf(node: NodeId): TerminalId | undefined {
    return this.#parts.terminals.list().findLast((one) => one.node === node)
      ?.id;
  }

  #begin(terminal: TerminalRecord, node: NodeId, since: UnixMs): void {
    if (this.#known.has(terminal.id)) return;
    this.#known.add(terminal.id);
    const { roster, machine, now } = this.#parts;
    if (roster.isLive(node)) return;
    if (roster.find(node)?.state.kind !== "starting") {
      // The last daemon started it. Its link will be back, if it had one.
      since = now();
      roster.spawn(
        { id: node, machine, cwd: terminal.folder, port: 0 },
        {},
        since,
      );
    }
    this.#look(terminal.id, node, since);
  }

  #look(id: TerminalId, node: NodeId, since: UnixMs): void {
    const isLate = this.#parts.now() - since > LATE_AFTER_MS;
    const timer = setTimeout(
      () =>
        this.#ask(id, node, since).catch((thrown) => {
          log.warn("screen_unread", { node, why: (thrown as Error).message });
          if (this.#looking.has(id)) this.#look(id, node, since);
        }),
      isLate ? LOOK_LATE_EVERY_MS : LOOK_EVERY_MS,
    );
    timer.unref();
    this.#looking.set(id, timer);
  }

  async #ask(id: TerminalId, node: NodeId, since: UnixMs): Promise<void> {
    const { roster, terminals, tail, now } = this.#parts;
    if (roster.isLive(node)) return void this.#stopLooking(id);
    const screen = await tail(id, SCREEN_LINES);
    // It may have ended, or registered, in the meantime.
    if (!this.#looking.has(id)) return;
    const isLate = now() - since > LATE_AFTER_MS;
    roster.ask(node, questionOf(screen, terminals.find(id), isLate));
    this.#look(id, node, since);
  }

  async #failed(terminal: TerminalRecord, node: NodeId): Promise<void> {
    const { roster, terminals, tail, now } = this.#parts;
    if (roster.isLive(node)) return;
    const isLost = terminals.isLost(terminal.id);
    const lines = isLost ? "" : await tail(terminal.id, SCREEN_LINES)
      .catch(() => ""); // It may be closed already.
    const why = isLost
      ? "The runner ended, and pi with it"
      : endOf(terminal.state);
    roster.fail(node, [why, lastOf(lines)].filter(Boolean).join("\n"), now());
    log.warn("agent_failed", { node, why });
  }

  #stopLooking(id: TerminalId): boolean {
    clearTimeout(this.#looking.get(id));
    return this.#looking.delete(id);
  }
}

/** What a person should be asked, if pi is not simply on its way. */
function questionOf(
  screen: string,
  terminal: TerminalRecord | undefined,
  isLate: boolean,
): string | undefined {
  const asked = TRUST_QUESTION.exec(screen)?.[1];
  if (asked) return asked;
  if (!isLate) return undefined;
  if (terminal?.status) {
    return "pi runs without pi-socket: install it with pi install npm:pi-socket";
  }
  return lastOf(screen).split("\n").at(-1) || "pi has not said anything";
}

function endOf(state: TerminalRecord["state"]): string {
  switch (state.kind) {
    case "running":
      return "pi is running";
    case "failed":
      return `Cannot start pi: ${state.reason}`;
    case "exited":
      return state.signal === null
        ? `pi ended with exit code ${state.code} before it was ready`
        : `pi was ended by ${state.signal} before it was ready`;
  }
}

function lastOf(screen: string): string {
  return screen.split("\n").map((line) => line.trimEnd())
    .filter((line) => line !== "").slice(-LAST_LINES).join("\n")
    .slice(-LAST_MAX_CHARACTERS);
}
