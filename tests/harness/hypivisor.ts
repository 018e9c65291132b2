/**
 * A real daemon for tests: a process of its own, on a free port, with a
 * temporary data directory, gone when the test ends.
 *
 * Runs `dist/hypivisor` where `HYPIVISOR_BIN` names it, else the source.
 */

import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { endRunner } from "./runner_end.ts";
import { until } from "./until.ts";

const ROOT = resolve(import.meta.dir, "../..");

export interface HypivisorOptions {
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Kept when the test ends, if it is the caller's. */
  readonly dataDir?: string;
  /** Its home is its data directory: shells find nothing of ours there. */
  readonly inOwnHome?: boolean;
  /** 0, the default, lets the system choose; kept over `restart`. */
  readonly port?: number;
}

export class Hypivisor implements AsyncDisposable {
  readonly dataDir: string;
  readonly #options: HypivisorOptions;
  #process: Bun.Subprocess<"ignore", "pipe", "pipe"> | undefined;
  #stderr = "";
  #stdout = "";
  /** As in its printed address. */
  host = "127.0.0.1";
  port = 0;
  token = "";

  private constructor(options: HypivisorOptions) {
    this.#options = options;
    this.dataDir = options.dataDir ??
      mkdtempSync(join(tmpdir(), "hypivisor-test-"));
    this.port = options.port ?? 0;
  }

  static async start(options: HypivisorOptions = {}): Promise<Hypivisor> {
    const hypivisor = new Hypivisor(options);
    await hypivisor.start();
    return hypivisor;
  }

  get pid(): number {
    return this.#process?.pid ?? 0;
  }

  /** All it said so far. */
  get stderr(): string {
    return this.#stderr;
  }

  /** What a daemon should never use. */
  get stdout(): string {
    return this.#stdout;
  }

  get origin(): string {
    return `http://${this.host}:${this.port}`;
  }

  /** The printed address, with its one-time code. */
  get signInUrl(): string {
    return /Page: (\S+)/.exec(this.#stderr)?.[1] ?? "";
  }

  /** `ws://…/path`, with the token unless told otherwise. */
  socketUrl(path: string, token = this.token): string {
    const mark = path.includes("?") ? "&" : "?";
    return `ws://${this.host}:${this.port}${path}${mark}token=${
      encodeURIComponent(token)
    }`;
  }

  fetch(path: string, init: RequestInit = {}): Promise<Response> {
    const headers = new Headers(init.headers);
    headers.set("authorization", `Bearer ${this.token}`);
    return fetch(this.origin + path, { ...init, headers });
  }

  async start(): Promise<void> {
    const binary = process.env.HYPIVISOR_BIN;
    const command = binary
      ? [resolve(binary)]
      : [process.execPath, join(ROOT, "main.ts")];
    const child = Bun.spawn(
      [
        ...command,
        "--port",
        String(this.port),
        "--data-dir",
        this.dataDir,
        ...this.#options.args ?? [],
      ],
      {
        stdin: "ignore",
        stdout: "pipe",
        stderr: "pipe",
        env: {
          ...cleanEnv(),
          ...(this.#options.inOwnHome
            ? { HOME: this.dataDir, SHELL: "/bin/sh" }
            : {}),
          ...this.#options.env,
        },
      },
    );
    this.#process = child;
    const from = this.#stderr.length;
    void this.#listen(child.stderr, (text) => this.#stderr += text);
    void this.#listen(child.stdout, (text) => this.#stdout += text);
    const page = await until(
      () => {
        if (child.exitCode !== null) throw new Error(this.#stderr);
        const said = this.#stderr.slice(from);
        return said.includes("Hypivisor online") &&
          /Page: (http:\S+)/.exec(said)?.[1];
      },
      { withinMs: 15_000, seen: () => this.#stderr },
    );
    const { hostname, port } = new URL(page);
    this.host = hostname;
    this.port = Number(port);
    this.token = this.#options.env?.HYPI_TOKEN ?? this.#keptToken();
  }

  #keptToken(): string {
    const file = join(this.dataDir, "token");
    return existsSync(file) ? readFileSync(file, "utf8").trim() : "";
  }

  signal(name: NodeJS.Signals): void {
    this.#process?.kill(name);
  }

  /** SIGKILL, as a crash would. */
  async kill(): Promise<void> {
    this.#process?.kill("SIGKILL");
    await this.#process?.exited;
  }

  /** SIGTERM. Resolves to the exit code. */
  async stop(): Promise<number> {
    this.#process?.kill("SIGCONT");
    this.#process?.kill("SIGTERM");
    return await this.#process?.exited ?? 0;
  }

  /** Resolves to the exit code once it has ended by itself. */
  async exited(): Promise<number> {
    return await this.#process?.exited ?? 0;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    await endRunner(this.dataDir);
    if (!this.#options.dataDir) {
      rmSync(this.dataDir, { recursive: true, force: true });
    }
  }

  async #listen(
    stream: ReadableStream<Uint8Array>,
    hear: (text: string) => void,
  ): Promise<void> {
    const decoder = new TextDecoder();
    for await (const chunk of stream) {
      hear(decoder.decode(chunk, { stream: true }));
    }
  }
}

/** The environment without what would change how a daemon behaves. */
function cleanEnv(): Record<string, string> {
  const env: Record<string, string> = {};
  for (const [name, value] of Object.entries(process.env)) {
    if (value !== undefined && !/^(HYPI_|HYPIVISOR_|BUN_)/.test(name)) {
      env[name] = value;
    }
  }
  return env;
}
