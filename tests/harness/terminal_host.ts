/**
 * A daemon with its runner for tests of terminals: opens terminals, looks at
 * them, kills either process, and leaves neither behind.
 */

import type { DaemonFacts, ParamsOf } from "../../server/protocol/rpc.ts";
import type {
  TerminalId,
  TerminalRecord,
} from "../../server/protocol/terminal.ts";
import { Hypivisor } from "./hypivisor.ts";
import { endProcess, isAlive } from "./processes.ts";
import { TestSocket } from "./socket.ts";
import {
  type TerminalViewerOptions,
  TestTerminalViewer,
} from "./terminal_viewer.ts";
import { until } from "./until.ts";

export class TerminalHost implements AsyncDisposable {
  readonly hypivisor: Hypivisor;
  #client: TestSocket;
  /** Of every runner that was seen, the last one being the newest. */
  readonly #runners: number[] = [];

  private constructor(hypivisor: Hypivisor, client: TestSocket) {
    this.hypivisor = hypivisor;
    this.#client = client;
  }

  /** @param hypivisor Ended with the host. */
  static async start(hypivisor?: Hypivisor): Promise<TerminalHost> {
    const daemon = hypivisor ?? await Hypivisor.start();
    return new TerminalHost(
      daemon,
      await TestSocket.open(daemon.socketUrl("/ws")),
    );
  }

  /** The client of the registry; another one after each restart. */
  get client(): TestSocket {
    return this.#client;
  }

  /** The runner that the daemon works with now, if there is one. */
  async runner(): Promise<number | undefined> {
    const { runner }: DaemonFacts = await this.#client.call("daemon");
    if (runner && !this.#runners.includes(runner.pid)) {
      this.#runners.push(runner.pid);
    }
    return runner?.pid;
  }

  async open(
    command: readonly string[],
    options: Omit<ParamsOf<"open_terminal">, "command"> = {},
  ): Promise<TerminalRecord> {
    const record = await this.#client.call("open_terminal", {
      command,
      ...options,
    });
    await this.runner();
    return record;
  }

  close(terminal: TerminalId): Promise<void> {
    return this.#client.call("close_terminal", { terminal });
  }

  async list(): Promise<readonly TerminalRecord[]> {
    return (await this.#client.call("list_terminals")).terminals;
  }

  async find(terminal: TerminalId): Promise<TerminalRecord | undefined> {
    return (await this.list()).find(({ id }) => id === terminal);
  }

  view(
    terminal: TerminalId,
    options: TerminalViewerOptions = {},
  ): Promise<TestTerminalViewer> {
    return TestTerminalViewer.open(
      (path) => this.hypivisor.socketUrl(path),
      terminal,
      options,
    );
  }

  /** Kills the daemon and starts the next one on the same port. */
  async restart(): Promise<void> {
    await this.hypivisor.kill();
    await this.hypivisor.start();
    this.#client = await TestSocket.open(this.hypivisor.socketUrl("/ws"));
  }

  /** SIGKILL. Resolves to its pid when it is gone. */
  async killRunner(): Promise<number> {
    const pid = await this.runner();
    if (pid === undefined) throw new Error("There is no runner to kill");
    process.kill(pid, "SIGKILL");
    await until(() => !isAlive(pid));
    return pid;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#client[Symbol.asyncDispose]();
    await this.hypivisor[Symbol.asyncDispose]();
    // It would outlive the daemon, which is what it is for.
    for (const pid of this.#runners) await endProcess(pid);
  }
}
