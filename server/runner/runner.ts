/**
 * The runner's terminals, by id, and what may be done to them.
 *
 * Knows no sockets: `calls.ts` reads what is asked, this does it and tells the
 * watchers.
 */

import { HypivisorError } from "../errors.ts";
import { logger } from "../log.ts";
import type { OpenSpec, RunnerPush } from "../protocol/runner.ts";
import type { TerminalId, TerminalRecord } from "../protocol/terminal.ts";
import type { ChildRecords } from "./child_record.ts";
import { Courtesy } from "./courtesy.ts";
import { Notices } from "./notices.ts";
import { Screens } from "./screen/screens.ts";
import { Terminal } from "./terminal.ts";

const log = logger("runner");

/** Far more than a person has; each costs descriptors and memory. */
const RUNNING_MAX = 1_000;

/**
 * Whose program has ended, but whose screen can still be read. The one that
 * ended first goes first. A megabyte each, at most.
 */
const ENDED_MAX = 50;

/** For a viewer to come to a transient terminal. */
const FIRST_VIEWER_MS = 30_000;

type Watcher = (push: RunnerPush) => void;

export class Runner {
  readonly #terminals = new Map<TerminalId, Terminal>();
  /** Those that are not running, in the order in which they ended. */
  readonly #ended = new Set<TerminalId>();
  readonly #watchers = new Set<Watcher>();
  readonly #records: ChildRecords;
  readonly #screens = new Screens();
  readonly #courtesy = new Courtesy();
  readonly #notices = new Notices<TerminalId>((id) => this.#tell(id));
  #isClosing = false;
  /** Called when `runningCount` may have changed. */
  onCount: () => void = () => {};

  constructor(records: ChildRecords) {
    this.#records = records;
  }

  /** Programs that are running. */
  get runningCount(): number {
    return this.#terminals.size - this.#ended.size;
  }

  watch(watcher: Watcher): TerminalRecord[] {
    this.#watchers.add(watcher);
    return Array.from(this.#terminals.values(), (one) => one.record());
  }

  unwatch(watcher: Watcher): void {
    this.#watchers.delete(watcher);
  }

  /** @throws {HypivisorError} `not_found` */
  find(id: TerminalId): Terminal {
    const terminal = this.#terminals.get(id);
    if (terminal) return terminal;
    throw new HypivisorError("not_found", `Cannot find terminal "${id}"`);
  }

  /** @throws {HypivisorError} `unavailable` if there are too many. */
  open(spec: OpenSpec): TerminalRecord {
    const known = this.#terminals.get(spec.id);
    if (known) return known.record();
    if (this.#isClosing) {
      throw new HypivisorError(
        "unavailable",
        "Cannot open a terminal: the runner is ending. Try again",
      );
    }
    if (this.runningCount >= RUNNING_MAX) {
      throw new HypivisorError(
        "unavailable",
        `Cannot open a terminal: ${RUNNING_MAX} are running. Close some first`,
      );
    }
    const terminal = new Terminal(spec, {
      records: this.#records,
      screens: this.#screens,
      courtesy: this.#courtesy,
      changed: (id) => this.#onChange(id),
    });
    this.#terminals.set(spec.id, terminal);
    this.#onChange(spec.id);
    if (spec.isTransient) this.#expectViewer(terminal);
    const record = terminal.record();
    log.info("terminal_opened", { id: spec.id, state: record.state.kind });
    return record;
  }

  /** Ends the program if need be, and forgets the terminal. */
  async forget(id: TerminalId): Promise<void> {
    const terminal = this.find(id);
    await terminal.end();
    if (this.#terminals.get(id) === terminal) this.#drop(id);
  }

  /** @throws {HypivisorError} `not_found` or `conflict` */
  async restart(id: TerminalId): Promise<TerminalRecord> {
    const terminal = this.find(id);
    await terminal.restart();
    return terminal.record();
  }

  /** Ends every program. */
  async close(): Promise<void> {
    this.#isClosing = true;
    const all = Array.from(this.#terminals.values(), (one) => one.end());
    await Promise.all(all);
    this.#screens.close();
  }

  #onChange(id: TerminalId): void {
    const terminal = this.#terminals.get(id);
    if (!terminal) return;
    const before = this.#ended.size;
    if (terminal.isRunning) this.#ended.delete(id);
    else this.#ended.add(id);
    this.#notices.note(id);
    this.#endTransient(terminal);
    if (this.#ended.size === before) return;
    if (this.#ended.size > ENDED_MAX) this.#dropOldest();
    this.onCount();
  }

  /** A transient one ends with its last viewer, and is gone when it ends. */
  #endTransient(terminal: Terminal): void {
    const isDue = terminal.wasSeen || !terminal.isRunning;
    if (!terminal.isTransient || terminal.isWatched || !isDue) return;
    this.forget(terminal.id).catch((thrown) => {
      log.failed("forget_failed", thrown, { id: terminal.id });
    });
  }

  /** Whoever asked for it may have died before it could attach. */
  #expectViewer(terminal: Terminal): void {
    setTimeout(() => {
      if (this.#terminals.get(terminal.id) !== terminal || terminal.wasSeen) {
        return;
      }
      void terminal.end().then(() => this.#drop(terminal.id));
    }, FIRST_VIEWER_MS);
  }

  /** One that nobody looks at, if there is one. */
  #dropOldest(): void {
    const ids = [...this.#ended];
    const unseen = ids.find((id) => !this.#terminals.get(id)?.isWatched);
    const oldest = unseen ?? ids[0];
    if (oldest) this.#drop(oldest);
  }

  #drop(id: TerminalId): void {
    const terminal = this.#terminals.get(id);
    if (!terminal) return;
    terminal.close();
    this.#terminals.delete(id);
    this.#ended.delete(id);
    this.#notices.forget(id);
    this.#push({ type: "gone", terminal: id });
    this.onCount();
  }

  #tell(id: TerminalId): void {
    const terminal = this.#terminals.get(id);
    if (!terminal) return;
    terminal.inform();
    this.#push({ type: "terminal", terminal: terminal.record() });
  }

  #push(push: RunnerPush): void {
    for (const watcher of this.#watchers) watcher(push);
  }
}
