/**
 * What carries a terminal: a daemon and the runner behind it, measured as one.
 *
 * Neither is tied to a core: they are two processes so that they can use two.
 */

import type { DaemonFacts } from "../../server/protocol/rpc.ts";
import type { TerminalId } from "../../server/protocol/terminal.ts";
import type { Hypivisor } from "../../tests/harness/hypivisor.ts";
import { TestSocket } from "../../tests/harness/socket.ts";
import { until } from "../../tests/harness/until.ts";
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
  readonly hypivisor: Hypivisor;
  readonly #client: TestSocket;
  #runnerPid = 0;

  private constructor(hypivisor: Hypivisor, client: TestSocket) {
    this.hypivisor = hypivisor;
    this.#client = client;
  }

  static async start(): Promise<TerminalPair> {
    const args = ["--max-terminals", MAX_TERMINALS];
    const hypivisor = await startTested({ args }, "any");
    const client = await TestSocket.open(hypivisor.socketUrl("/ws"));
    const pair = new TerminalPair(hypivisor, client);
    // The runner is started when it is first needed.
    await pair.close(await pair.open(["true"]));
    const { runner }: DaemonFacts = await client.call("daemon");
    pair.#runnerPid = runner?.pid ?? 0;
    return pair;
  }

  /** Without a path, as loads take it. */
  get url(): string {
    return this.hypivisor.socketUrl("");
  }

  get pids(): readonly number[] {
    return [this.hypivisor.pid, this.#runnerPid];
  }

  async open(command: readonly string[]): Promise<TerminalId> {
    const opened = await this.#client.call("open_terminal", { command });
    return opened.id;
  }

  async close(terminal: TerminalId): Promise<void> {
    await this.#client.call("close_terminal", { terminal });
  }

  startLoad(): Promise<Load<TerminalLoad>> {
    return Load.start<TerminalLoad>("terminal_load.ts", "any");
  }

  /** Of both. */
  cpuMs(): number {
    return this.pids.reduce((sum, pid) => sum + threadsCpuMs(pid), 0);
  }

  /** Of both. */
  memory(): Memory {
    return {
      rssMiB: this.pids.reduce((sum, pid) => sum + rssMiB(pid), 0),
      anonMiB: this.pids.reduce((sum, pid) => sum + anonMiB(pid), 0),
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const { terminals } = await this.#client.call("list_terminals");
    for (const { id } of terminals) await this.close(id);
    await this.#client[Symbol.asyncDispose]();
    await this.hypivisor[Symbol.asyncDispose]();
    process.kill(this.#runnerPid, "SIGTERM");
    await until(() => !isAlive(this.#runnerPid));
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
