/**
 * What carries a terminal: a daemon and the runner behind it, measured as one.
 *
 * Neither is tied to a core: they are two processes so that they can use two.
 */

import type { TerminalId } from "../../server/protocol/terminal.ts";
import { TerminalHost } from "../../tests/harness/terminal_host.ts";
import { Load } from "./load.ts";
import { anonMiB, rssMiB, threadsCpuMs } from "./machine.ts";
import type { TerminalLoad } from "./terminal_load.ts";
import { startTested } from "./tested.ts";

/** As many as a measurement may have open at once. */
const MAX_TERMINALS = "256";

/** What two processes hold. */
export interface Memory {
  readonly rssMiB: number;
  readonly anonMiB: number;
}

export class TerminalPair implements AsyncDisposable {
  readonly host: TerminalHost;
  readonly #pids: readonly number[];

  private constructor(host: TerminalHost, pids: readonly number[]) {
    this.host = host;
    this.#pids = pids;
  }

  static async start(): Promise<TerminalPair> {
    const args = ["--max-terminals", MAX_TERMINALS];
    const host = await TerminalHost.start(await startTested({ args }, "any"));
    // The runner is started when it is first needed.
    const { id } = await host.open(["true"]);
    await host.close(id);
    const runner = await host.runner();
    if (runner === undefined) throw new Error("There is no runner");
    return new TerminalPair(host, [host.hypivisor.pid, runner]);
  }

  /** Without a path, as loads take it. */
  get url(): string {
    return this.host.hypivisor.socketUrl("");
  }

  async open(command: readonly string[]): Promise<TerminalId> {
    return (await this.host.open(command)).id;
  }

  close(terminal: TerminalId): Promise<void> {
    return this.host.close(terminal);
  }

  startLoad(): Promise<Load<TerminalLoad>> {
    return Load.start<TerminalLoad>("terminal_load.ts", "any");
  }

  /** Of both. */
  cpuMs(): number {
    return this.#pids.reduce((sum, pid) => sum + threadsCpuMs(pid), 0);
  }

  /** Of both. */
  memory(): Memory {
    return {
      rssMiB: this.#pids.reduce((sum, pid) => sum + rssMiB(pid), 0),
      anonMiB: this.#pids.reduce((sum, pid) => sum + anonMiB(pid), 0),
    };
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.host[Symbol.asyncDispose]();
  }
}
