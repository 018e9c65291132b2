/**
 * The runner's terminals, by id, and what may be done to them.
 *
 * Knows no sockets: `calls.ts` reads what is asked, this does it.
 */

import { HypivisorError } from "../errors.ts";
import type { OpenSpec, RunnerPush } from "../protocol/runner.ts";
import type { TerminalId, TerminalRecord } from "../protocol/terminal.ts";
import { Terminal } from "./terminal.ts";

/** Far more than a person has; each costs descriptors and memory. */
const TERMINALS_MAX = 1_000;

export class Runner {
  readonly #terminals = new Map<TerminalId, Terminal>();
  readonly #watchers = new Set<(push: RunnerPush) => void>();

  watch(tell: (push: RunnerPush) => void): TerminalRecord[] {
    this.#watchers.add(tell);
    return Array.from(this.#terminals.values(), (one) => one.record());
  }

  unwatch(tell: (push: RunnerPush) => void): void {
    this.#watchers.delete(tell);
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
    if (this.#terminals.size >= TERMINALS_MAX) {
      throw new HypivisorError(
        "unavailable",
        `Cannot open a terminal: there are ${TERMINALS_MAX}. Close some first`,
      );
    }
    const terminal = new Terminal(spec, () => {
      const record = this.#terminals.get(spec.id)?.record();
      if (record) this.#push({ type: "terminal", terminal: record });
    });
    this.#terminals.set(spec.id, terminal);
    const record = terminal.record();
    this.#push({ type: "terminal", terminal: record });
    return record;
  }

  async close(id: TerminalId): Promise<void> {
    const terminal = this.find(id);
    await terminal.end();
    this.#terminals.delete(id);
    this.#push({ type: "gone", terminal: id });
  }

  async endAll(): Promise<void> {
    await Promise.all(
      Array.from(this.#terminals.values(), (one) => one.end()),
    );
  }

  #push(push: RunnerPush): void {
    for (const tell of this.#watchers) tell(push);
  }
}
