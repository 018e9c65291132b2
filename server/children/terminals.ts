/**
 * The terminals that are known: what the runner last said of each.
 *
 * A keeper: told what happened, tells who listens. Knows no socket and no
 * clock. Terminals whose runner is gone stay, as ended, until somebody closes
 * them: a person should see what became of them.
 */

import { HypivisorError } from "../errors.ts";
import type { UnixMs } from "../protocol/node.ts";
import type { TerminalId, TerminalRecord } from "../protocol/terminal.ts";

/** Lost ones that are kept on show. Past this the oldest are forgotten. */
const LOST_MAX = 100;

/**
 * Of each argument that is shown. A first prompt of 100 KiB is one, and every
 * change of the terminal's title would carry it to every page.
 */
const ARGUMENT_SHOWN_CHARACTERS = 500;

export type TerminalChange =
  | { readonly type: "set"; readonly terminal: TerminalRecord }
  | { readonly type: "gone"; readonly terminal: TerminalRecord };

export class Terminals {
  /** As they are shown: long arguments are cut. */
  readonly #records = new Map<TerminalId, TerminalRecord>();
  readonly #commands = new Map<TerminalId, readonly string[]>();
  /** Their runner is gone, and their screens with it. */
  readonly #lost = new Set<TerminalId>();
  readonly #listeners = new Set<(change: TerminalChange) => void>();

  /** In the order they were opened. */
  list(): TerminalRecord[] {
    return [...this.#records.values()];
  }

  find(id: TerminalId): TerminalRecord | undefined {
    return this.#records.get(id);
  }

  /** @throws {HypivisorError} `not_found` if there is no such terminal. */
  get(id: TerminalId): TerminalRecord {
    const record = this.#records.get(id);
    if (record) return record;
    throw new HypivisorError("not_found", `Cannot find terminal "${id}"`);
  }

  /** Its program and arguments, whole. */
  commandOf(id: TerminalId): readonly string[] {
    return this.#commands.get(id) ?? [];
  }

  isLost(id: TerminalId): boolean {
    return this.#lost.has(id);
  }

  get running(): number {
    let count = 0;
    for (const { state } of this.#records.values()) {
      if (state.kind === "running") count++;
    }
    return count;
  }

  set(record: TerminalRecord): void {
    const { id, command } = record;
    const terminal = { ...record, command: command.map(shown) };
    this.#lost.delete(id);
    this.#commands.set(id, command);
    this.#records.set(id, terminal);
    this.#emit({ type: "set", terminal });
  }

  remove(id: TerminalId): void {
    const terminal = this.#records.get(id);
    if (!terminal) return;
    this.#records.delete(id);
    this.#commands.delete(id);
    this.#lost.delete(id);
    this.#emit({ type: "gone", terminal });
  }

  /** A runner is there, and these are all that it has. */
  takeOver(terminals: readonly TerminalRecord[]): void {
    const there = new Set(terminals.map(({ id }) => id));
    for (const id of [...this.#records.keys()]) {
      if (!there.has(id) && !this.#lost.has(id)) this.remove(id);
    }
    for (const terminal of terminals) this.set(terminal);
  }

  /** The runner is gone: the kernel hung up on all that it had. */
  lose(now: UnixMs): void {
    for (const terminal of this.list()) {
      const { id, state } = terminal;
      if (this.#lost.has(id)) continue;
      this.#lost.add(id);
      const ended: TerminalRecord = {
        ...terminal,
        viewers: [],
        state: state.kind === "running"
          ? { kind: "exited", at: now, code: null, signal: "SIGHUP" }
          : state,
      };
      this.#records.set(id, ended);
      this.#emit({ type: "set", terminal: ended });
    }
    for (const id of [...this.#lost].slice(0, -LOST_MAX)) this.remove(id);
  }

  /** All have been ended on purpose. */
  clear(): void {
    for (const id of [...this.#records.keys()]) this.remove(id);
  }

  /** Calls `listener` after every change. Returns a function that stops it. */
  onChange(listener: (change: TerminalChange) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #emit(change: TerminalChange): void {
    for (const listener of this.#listeners) listener(change);
  }
}

function shown(argument: string): string {
  return argument.length > ARGUMENT_SHOWN_CHARACTERS
    ? `${argument.slice(0, ARGUMENT_SHOWN_CHARACTERS)}…`
    : argument;
}
