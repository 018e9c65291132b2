/**
 * A real daemon with a folder of services, for tests: files are written, the
 * command line is run against it, and what becomes of services is waited for.
 */

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ServiceRecord } from "../../server/protocol/service.ts";
import { cliCommand, cliEnv, type Ran, runCli } from "./cli.ts";
import { Hypivisor } from "./hypivisor.ts";
import { until } from "./until.ts";

type Files = Readonly<Record<string, string>>;

/** Prints a line on each stream, and goes on. */
export const TALKER = `command "sh"
args "-c" "echo ready; echo oops >&2; while :; do sleep 0.1; echo tick; done"
transport "none"
`;

/** A process that does nothing. */
export function sleeper(more = ""): string {
  return `command "sleep" "1000"\ntransport "none"\n${more}`;
}

export class ServiceHost implements AsyncDisposable {
  readonly dir: string;
  readonly folder: string;
  readonly dataDir: string;
  readonly env: Readonly<Record<string, string>>;
  #hypivisor: Hypivisor | undefined;

  private constructor(env: Readonly<Record<string, string>>) {
    this.dir = mkdtempSync(join(tmpdir(), "service-host-"));
    this.dataDir = join(this.dir, "data");
    const config = join(this.dir, "config");
    this.folder = join(config, "hypivisor", "services");
    mkdirSync(this.folder, { recursive: true });
    mkdirSync(this.dataDir);
    this.env = { HOME: this.dir, XDG_CONFIG_HOME: config, ...env };
  }

  static async start(
    files: Files,
    more: Readonly<Record<string, string>> = {},
  ): Promise<ServiceHost> {
    const host = new ServiceHost(more);
    for (const [name, text] of Object.entries(files)) host.write(name, text);
    const { dataDir, env } = host;
    host.#hypivisor = await Hypivisor.start({ dataDir, env });
    return host;
  }

  get daemon(): Hypivisor {
    if (!this.#hypivisor) throw new Error("It was not started");
    return this.#hypivisor;
  }

  write(name: string, text: string): void {
    writeFileSync(join(this.folder, `${name}.kdl`), text);
  }

  remove(name: string): void {
    rmSync(join(this.folder, `${name}.kdl`));
  }

  /** Runs a command to its end. */
  run(...args: string[]): Promise<Ran> {
    return runCli(args, { dataDir: this.dataDir, env: this.env });
  }

  /** A command that goes on; what it has printed so far. */
  begin(...args: string[]): { printed(): string } & AsyncDisposable {
    const [command = "", ...rest] = args;
    const child = Bun.spawn(
      [...cliCommand(), command, "--data-dir", this.dataDir, ...rest],
      {
        stdin: "ignore",
        stdout: "pipe",
        stderr: "inherit",
        env: cliEnv({ dataDir: this.dataDir, env: this.env }),
      },
    );
    let text = "";
    void (async () => {
      const decoder = new TextDecoder();
      for await (const chunk of child.stdout) text += decoder.decode(chunk);
    })();
    return {
      printed: () => text,
      async [Symbol.asyncDispose]() {
        child.kill("SIGKILL");
        await child.exited;
      },
    };
  }

  async list(): Promise<readonly ServiceRecord[]> {
    const response = await this.daemon.fetch("/api/services");
    const { services } = await response.json() as {
      services: readonly ServiceRecord[];
    };
    return services;
  }

  /** Waits until a service is in that state. */
  async becomes(
    name: string,
    state: ServiceRecord["state"]["kind"],
    withinMs = 10_000,
  ): Promise<ServiceRecord> {
    let last: unknown;
    return await until(async () => {
      const found = (await this.list()).find((one) => one.name === name);
      last = found;
      return found?.state.kind === state && found;
    }, { withinMs, seen: () => last });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#hypivisor?.[Symbol.asyncDispose]();
    rmSync(this.dir, { recursive: true, force: true });
  }
}

/** Of one that runs. */
export function pidOf({ state }: ServiceRecord): number {
  return state.kind === "running" ? state.pid : 0;
}
