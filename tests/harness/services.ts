/**
 * A real runner with a folder of services, for tests: files are written, loaded
 * and reloaded, and what becomes of them is waited for.
 */

import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type {
  LogLine,
  LogQuery,
  ServiceRecord,
} from "../../server/protocol/service.ts";
import { type RunnerOptions, TestRunner } from "./runner.ts";
import type { RunnerClient } from "./runner_client.ts";
import { until } from "./until.ts";

type StageOptions = Omit<RunnerOptions, "dataDir">;

type Files = Readonly<Record<string, string>>;

export class ServiceStage implements AsyncDisposable {
  readonly dir: string;
  readonly folder: string;
  readonly #options: StageOptions;
  #runner: TestRunner | undefined;

  private constructor(options: StageOptions) {
    this.#options = options;
    this.dir = mkdtempSync(join(tmpdir(), "services-"));
    this.folder = join(this.dir, "config");
    mkdirSync(this.folder);
  }

  /** Starts a runner and loads the files, as the daemon does at its start. */
  static async start(
    files: Files,
    options: StageOptions = {},
  ): Promise<ServiceStage> {
    const stage = new ServiceStage(options);
    for (const [name, text] of Object.entries(files)) stage.write(name, text);
    await stage.startRunner();
    await stage.load();
    return stage;
  }

  get runner(): TestRunner {
    if (!this.#runner) throw new Error("There is no runner");
    return this.#runner;
  }

  get client(): RunnerClient {
    return this.runner.client;
  }

  async startRunner(): Promise<void> {
    this.#runner = await TestRunner.start({
      ...this.#options,
      dataDir: join(this.dir, "data"),
    });
  }

  async load(): Promise<readonly ServiceRecord[]> {
    const { services } = await this.runner.call("services_load", {
      folder: this.folder,
      env: { PATH: process.env.PATH ?? "", HOME: this.dir },
    });
    return services;
  }

  write(name: string, text: string): void {
    writeFileSync(join(this.folder, `${name}.kdl`), text);
  }

  remove(name: string): void {
    rmSync(join(this.folder, `${name}.kdl`));
  }

  file(name: string): string {
    return join(this.folder, `${name}.kdl`);
  }

  /** A place for what services write. */
  path(name: string): string {
    return join(this.dir, name);
  }

  read(name: string): string {
    try {
      return readFileSync(this.path(name), "utf8");
    } catch {
      return "";
    }
  }

  /** What is in the log file. */
  logFile(name: string): string {
    return this.read(`data/logs/services/${name}.log`);
  }

  async status(name: string): Promise<ServiceRecord> {
    return await this.runner.call("services_status", { name });
  }

  async state(name: string): Promise<ServiceRecord["state"]["kind"]> {
    return (await this.status(name)).state.kind;
  }

  /** Pid of the process that runs. */
  async pid(name: string): Promise<number> {
    const { state } = await this.status(name);
    if ("pid" in state && state.pid) return state.pid;
    throw new Error(`${name} has no process: ${JSON.stringify(state)}`);
  }

  /** Resolves to the record once it is as wanted. */
  async becomes(
    name: string,
    wanted: ServiceRecord["state"]["kind"] | ((one: ServiceRecord) => boolean),
    withinMs = 10_000,
  ): Promise<ServiceRecord> {
    let last: ServiceRecord | undefined;
    return await until(async () => {
      last = await this.status(name);
      const isSo = typeof wanted === "string"
        ? last.state.kind === wanted
        : wanted(last);
      return isSo && last;
    }, { withinMs, seen: () => last });
  }

  start(...names: string[]) {
    return this.runner.call("services_start", { names });
  }

  stop(...names: string[]) {
    return this.runner.call("services_stop", { names });
  }

  restart(...names: string[]) {
    return this.runner.call("services_restart", { names });
  }

  reload() {
    return this.runner.call("services_reload", {});
  }

  /** Reads a log by a connection of its own. */
  async logs(
    query: Partial<LogQuery> & { name: string },
  ): Promise<LogFollower> {
    const { client } = this;
    const { subscription } = await client.call("services_log", {
      follow: false,
      ...query,
    });
    return new LogFollower(client, subscription);
  }

  /** All lines that a query gives. */
  async lines(query: Partial<LogQuery> & { name: string }): Promise<string[]> {
    const follower = await this.logs(query);
    await until(() => follower.isOver);
    return follower.texts;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#runner?.stop();
    rmSync(this.dir, { recursive: true, force: true });
  }
}

export class LogFollower {
  readonly #client: RunnerClient;
  readonly #subscription: number;

  constructor(client: RunnerClient, subscription: number) {
    this.#client = client;
    this.#subscription = subscription;
  }

  get lines(): LogLine[] {
    return this.#pushes().flatMap((push) =>
      push.type === "log" ? push.lines : []
    );
  }

  /** Texts of what the service itself said. */
  get texts(): string[] {
    return this.lines.filter(({ stream }) => stream !== "mark")
      .map(({ text }) => text);
  }

  get missed(): number {
    return this.#pushes().reduce(
      (sum, push) => sum + (push.type === "log_gap" ? push.missed : 0),
      0,
    );
  }

  get isOver(): boolean {
    return this.#pushes().some(({ type }) => type === "log_end");
  }

  #pushes() {
    return this.#client.pushes.filter((push) =>
      "subscription" in push && push.subscription === this.#subscription
    );
  }
}

/** Whether a process is there, a zombie not counted. */
export function isAlive(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    return !/\) [ZX]/.test(stat);
  } catch {
    return false;
  }
}

/**
 * Pids of all processes of a service, however far they have moved: those with
 * `WHO` in their environment, as its name and the stage's folder.
 */
export function processesOf(name: string, stage: ServiceStage): number[] {
  return readdirSync("/proc").filter((pid) => /^\d+$/.test(pid)).map(Number)
    .filter((pid) =>
      isAlive(pid) && environment(pid).includes(`\0WHO=${name}@${stage.dir}\0`)
    );
}

function environment(pid: number): string {
  try {
    return `\0${readFileSync(`/proc/${pid}/environ`, "latin1")}\0`;
  } catch {
    return ""; // Gone meanwhile.
  }
}
