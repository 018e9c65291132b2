/**
 * A real runner for tests, and clients of its socket: `TestRunner` is the
 * process, `RunnerClient` a daemon's connection, `RunnerViewer` a viewer's.
 *
 * Runs `dist/hypivisor` where `HYPIVISOR_BIN` names it, else the source.
 */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type {
  OpenSpec,
  RunnerMethod,
  RunnerMethods,
} from "../../server/protocol/runner.ts";
import type {
  TerminalId,
  TerminalRecord,
} from "../../server/protocol/terminal.ts";
import { RunnerClient } from "./runner_client.ts";
import { RunnerViewer } from "./runner_viewer.ts";
import { until } from "./until.ts";

const ROOT = resolve(import.meta.dir, "../..");

export interface RunnerOptions {
  /** Kept when the test ends, if it is the caller's. */
  readonly dataDir?: string;
  /** Beside the environment of the tests. */
  readonly env?: Readonly<Record<string, string>>;
  /** Put before the command, such as `prlimit --nofile=64`. */
  readonly wrapper?: readonly string[];
  readonly args?: readonly string[];
}

export class TestRunner implements AsyncDisposable {
  readonly dataDir: string;
  readonly #isOwnDir: boolean;
  readonly #options: RunnerOptions;
  #process: Bun.Subprocess<"ignore", "ignore", "pipe"> | undefined;
  #client: RunnerClient | undefined;
  stderr = "";

  private constructor(options: RunnerOptions) {
    this.#options = options;
    this.#isOwnDir = options.dataDir === undefined;
    this.dataDir = options.dataDir ??
      mkdtempSync(join(tmpdir(), "hypivisor-runner-"));
  }

  static async start(options: RunnerOptions = {}): Promise<TestRunner> {
    const runner = new TestRunner(options);
    await runner.start();
    return runner;
  }

  get pid(): number {
    return this.#process?.pid ?? 0;
  }

  get socket(): string {
    return join(this.dataDir, "runner.sock");
  }

  get exited(): Promise<number> {
    return this.#process?.exited ?? Promise.resolve(0);
  }

  async start(): Promise<void> {
    const binary = process.env.HYPIVISOR_BIN;
    const command = binary
      ? [resolve(binary)]
      : [process.execPath, join(ROOT, "main.ts")];
    const child = Bun.spawn(
      [
        ...this.#options.wrapper ?? [],
        ...command,
        "runner",
        "--data-dir",
        this.dataDir,
        ...this.#options.args ?? [],
      ],
      {
        stdin: "ignore",
        stdout: "ignore",
        stderr: "pipe",
        detached: true,
        env: { ...process.env, ...this.#options.env },
      },
    );
    this.#process = child;
    const from = this.stderr.length;
    void this.#listen(child.stderr);
    await until(
      () => {
        if (child.exitCode !== null) throw new Error(this.stderr);
        return this.stderr.slice(from).includes("Runner online");
      },
      { withinMs: 15_000, seen: () => this.stderr },
    );
    this.#client = await RunnerClient.connect(this.socket);
  }

  get client(): RunnerClient {
    if (!this.#client) throw new Error("The runner is not running");
    return this.#client;
  }

  call<M extends RunnerMethod>(
    method: M,
    params: RunnerMethods[M]["params"],
  ): Promise<RunnerMethods[M]["result"]> {
    return this.client.call(method, params);
  }

  /** Opens a terminal with what tests mostly want. */
  open(
    command: readonly string[],
    spec: Partial<OpenSpec> = {},
  ): Promise<TerminalRecord> {
    return this.call("open", {
      id: crypto.randomUUID() as TerminalId,
      kind: "shell",
      command,
      folder: tmpdir(),
      env: {
        PATH: process.env.PATH ?? "",
        HOME: this.dataDir,
        LANG: "C.UTF-8",
      },
      size: { cols: 80, rows: 24 },
      mayWait: true,
      isTransient: false,
      ...spec,
    });
  }

  attach(
    terminal: TerminalId,
    params: Partial<RunnerMethods["attach"]["params"]> = {},
    prepare?: (viewer: RunnerViewer) => void,
  ): Promise<RunnerViewer> {
    const all = { terminal, readOnly: false, name: "test", ...params };
    return RunnerViewer.attach(this.socket, all, prepare);
  }

  /** SIGKILL, as a crash would. */
  async kill(): Promise<void> {
    this.#client?.close();
    this.#process?.kill("SIGKILL");
    await this.#process?.exited;
  }

  /** SIGTERM. Resolves to the exit code. */
  async stop(): Promise<number> {
    this.#client?.close();
    this.#process?.kill("SIGTERM");
    return await this.#process?.exited ?? 0;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    if (this.#isOwnDir) rmSync(this.dataDir, { recursive: true, force: true });
  }

  async #listen(stream: ReadableStream<Uint8Array>): Promise<void> {
    const decoder = new TextDecoder();
    for await (const chunk of stream) {
      this.stderr += decoder.decode(chunk, { stream: true });
    }
  }
}
