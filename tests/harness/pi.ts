/**
 * A real pi with pi-socket, in a home of its own, offline, talking to a
 * scripted model. `PiHome` is the private home, `RunningPi` one process in it.
 */

import { existsSync } from "node:fs";
import {
  cp,
  mkdir,
  mkdtemp,
  readFile,
  realpath,
  rm,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildExtension } from "../../extension/build.ts";
import { type FakeLlm, startFakeLlm } from "../pi/fake_llm.ts";
import { ensurePi, type InstalledPi, type PiVersion } from "./pi_install.ts";
import { RunningPi } from "./pi_process.ts";

const fixtures = join(import.meta.dirname, "..", "pi");

/** Left over when the tests themselves run inside pi or a daemon. */
const FORGOTTEN = [
  "PI_SESSION_ID",
  "PI_SESSION_FILE",
  "PI_PROVIDER",
  "PI_MODEL",
  "PI_REASONING_LEVEL",
  "HYPIVISOR_WS",
  "HYPI_TOKEN",
  "HYPI_TOKEN_FILE",
  "PI_SOCKET_PORT",
  "PI_SOCKET_HOST",
];

export interface PiOptions {
  /** Set as `HYPIVISOR_WS`. By default nobody listens there. */
  readonly hypivisor?: string;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

export class PiHome implements AsyncDisposable {
  readonly root: string;
  readonly pi: InstalledPi;
  readonly llm: FakeLlm;
  readonly #running: RunningPi[] = [];

  private constructor(root: string, pi: InstalledPi, llm: FakeLlm) {
    this.root = root;
    this.pi = pi;
    this.llm = llm;
  }

  /** Makes a home in which the extension is installed as a user would. */
  static async make(
    version: PiVersion = "1.5.2",
    runtime: "node" | "bun" = "node",
  ): Promise<PiHome> {
    const installed = await ensurePi(version);
    const [, cli = ""] = installed.command;
    const pi = runtime === "node"
      ? installed
      : { version, command: [process.execPath, "--no-install", cli] };
    // Resolved, because pi tells the real path of its folders.
    const root = await realpath(await mkdtemp(join(tmpdir(), "pi-home-")));
    const home = new PiHome(root, pi, await startFakeLlm({ delay: 1 }));
    await mkdir(home.agentDir);
    await mkdir(home.work);
    const models = await readFile(join(fixtures, "models.json"), "utf8");
    await writeFile(
      join(home.agentDir, "models.json"),
      models.replace("http://127.0.0.1:4141/v1", home.llm.url),
    );
    await home.#installExtension();
    return home;
  }

  get agentDir(): string {
    return join(this.root, "agent");
  }

  /** Where pi works. */
  get work(): string {
    return join(this.root, "work");
  }

  get logFile(): string {
    return join(this.root, "pi-socket.jsonl");
  }

  environment(options: PiOptions = {}): Record<string, string> {
    const env = { ...process.env } as Record<string, string>;
    for (const name of FORGOTTEN) delete env[name];
    return {
      ...env,
      HOME: this.root,
      XDG_STATE_HOME: join(this.root, "state"),
      PI_CODING_AGENT_DIR: this.agentDir,
      PI_OFFLINE: "1",
      PI_SKIP_VERSION_CHECK: "1",
      PI_TELEMETRY: "0",
      TERM: "xterm-256color",
      PI_SOCKET_LOG: this.logFile,
      HYPIVISOR_WS: options.hypivisor ?? "ws://127.0.0.1:9/ws",
      ...options.env,
    };
  }

  /** pi's own screen, on a pty. */
  tui(options: PiOptions = {}): RunningPi {
    return this.#start("tui", [], options);
  }

  rpc(options: PiOptions = {}): RunningPi {
    return this.#start("rpc", ["--mode", "rpc"], options);
  }

  /** Runs to its end with nothing on stdin. */
  async run(args: readonly string[], options: PiOptions = {}) {
    const pi = this.#start("pipe", args, options);
    const code = await pi.exited;
    return { code, stdout: await pi.stdout(), stderr: await pi.stderr() };
  }

  /** Lines of pi-socket's own log. */
  async log(): Promise<Record<string, unknown>[]> {
    if (!existsSync(this.logFile)) return [];
    const text = await readFile(this.logFile, "utf8");
    return text.split("\n").filter(Boolean).map((line) => JSON.parse(line));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const pi of this.#running) await pi[Symbol.asyncDispose]();
    await this.llm.close();
    await rm(this.root, { recursive: true, force: true });
  }

  #start(
    kind: "tui" | "rpc" | "pipe",
    args: readonly string[],
    options: PiOptions,
  ): RunningPi {
    const pi = new RunningPi(kind, {
      command: [...this.pi.command, ...args, ...options.args ?? []],
      cwd: options.cwd ?? this.work,
      env: this.environment(options),
    });
    this.#running.push(pi);
    return pi;
  }

  async #installExtension(): Promise<void> {
    const settings = join(this.agentDir, "settings.json");
    await cp(join(fixtures, "settings.json"), settings);
    const { code, stderr } = await this.run([
      "install",
      await buildExtension(join(this.root, "pi-socket")),
    ]);
    if (code !== 0) throw new Error(`Cannot install the extension: ${stderr}`);
  }
}
