/**
 * The command line for tests: a command run to its end with pipes, or one on a
 * pty of its own, seen by a real terminal's parser.
 *
 * Runs `dist/hypivisor` where `HYPIVISOR_BIN` names it, else the source.
 */

import { Terminal } from "@xterm/headless";
import { join, resolve } from "node:path";
import { until } from "./until.ts";

const ROOT = resolve(import.meta.dir, "../..");

/** One that does not end must not hang the tests. */
const RUN_WITHIN_MS = 30_000;
const END_WITHIN_MS = 3_000;

export interface CliOptions {
  /** Of the daemon that is meant; there is none where it is left out. */
  readonly dataDir?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly stdin?: string;
}

export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** How the program under test is started. */
export function cliCommand(): string[] {
  const binary = process.env.HYPIVISOR_BIN;
  return binary ? [resolve(binary)] : [process.execPath, join(ROOT, "main.ts")];
}

/** Nothing of this machine's own reaches it. */
export function cliEnv(
  { dataDir = "/nonexistent", env }: CliOptions,
): Record<string, string> {
  return {
    PATH: process.env.PATH ?? "",
    HOME: "/nonexistent",
    XDG_STATE_HOME: join(dataDir, ".."),
    TERM: "xterm-256color",
    ...env,
  };
}

/** Runs a command to its end. */
export async function runCli(
  args: readonly string[],
  options: CliOptions = {},
): Promise<Ran> {
  const child = Bun.spawn([...cliCommand(), ...withDir(args, options)], {
    stdin: options.stdin === undefined
      ? "ignore"
      : new TextEncoder().encode(options.stdin),
    stdout: "pipe",
    stderr: "pipe",
    timeout: RUN_WITHIN_MS,
    env: cliEnv(options),
    ...options.cwd === undefined ? {} : { cwd: options.cwd },
  });
  const [stdout, stderr] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
  ]);
  return { code: await child.exited, stdout, stderr };
}

/** Names the data directory as a person would, behind the command. */
function withDir(args: readonly string[], { dataDir }: CliOptions): string[] {
  const [command = "", ...rest] = args;
  return dataDir === undefined
    ? [...args]
    : [command, "--data-dir", dataDir, ...rest];
}

export interface PtyOptions extends CliOptions {
  readonly cols?: number;
  readonly rows?: number;
}

/** A program on a pty, and what a terminal shows of it. */
export class OnPty implements AsyncDisposable {
  readonly #child: Bun.Subprocess;
  readonly #screen: Terminal;
  readonly #parts: Uint8Array[] = [];

  constructor(command: readonly string[], options: PtyOptions = {}) {
    const { cols = 80, rows = 24, cwd } = options;
    this.#screen = new Terminal({
      cols,
      rows,
      scrollback: 5_000,
      logLevel: "off",
      allowProposedApi: true,
    });
    this.#child = Bun.spawn([...command], {
      env: cliEnv(options),
      ...cwd === undefined ? {} : { cwd },
      terminal: {
        cols,
        rows,
        data: (_terminal, bytes) => {
          const copy = Uint8Array.from(bytes);
          this.#parts.push(copy);
          this.#screen.write(copy);
        },
      },
    });
  }

  /** Our program with `args`. */
  static cli(args: readonly string[], options: PtyOptions = {}): OnPty {
    return new OnPty([...cliCommand(), ...withDir(args, options)], options);
  }

  get pid(): number {
    return this.#child.pid;
  }

  /** Resolves to the exit code once all that came is on the screen. */
  get exited(): Promise<number> {
    return this.#child.exited.then(async (code) => {
      await new Promise<void>((resolve) => this.#screen.write("", resolve));
      return code;
    });
  }

  get exitCode(): number | null {
    return this.#child.exitCode;
  }

  /** All that came, as it came. */
  get bytes(): Buffer {
    return Buffer.concat(this.#parts);
  }

  /** All that came, as text. */
  get output(): string {
    return this.bytes.toString();
  }

  get isOtherScreen(): boolean {
    return this.#screen.buffer.active.type === "alternate";
  }

  get modes(): Terminal["modes"] {
    return this.#screen.modes;
  }

  /** Lines that are seen, without spaces at their end. */
  get lines(): string[] {
    const { active } = this.#screen.buffer;
    return Array.from(
      { length: this.#screen.rows },
      (_, row) =>
        active.getLine(active.baseY + row)?.translateToString(true) ?? "",
    );
  }

  /** Lines above and on the screen. */
  get allLines(): string[] {
    const { normal } = this.#screen.buffer;
    return Array.from(
      { length: normal.length },
      (_, row) => normal.getLine(row)?.translateToString(true) ?? "",
    );
  }

  type(text: string | Uint8Array): void {
    this.#child.terminal?.write(text);
  }

  resize(cols: number, rows: number): void {
    this.#screen.resize(cols, rows);
    this.#child.terminal?.resize(cols, rows);
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Hangs up, as a terminal window that is closed. */
  close(): void {
    this.#child.terminal?.close();
  }

  /** Resolves once a line that is seen fits. */
  async sees(pattern: RegExp, withinMs = 10_000): Promise<string> {
    return await until(() => this.lines.find((line) => pattern.test(line)), {
      withinMs,
      seen: () => this.lines.filter(Boolean),
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      this.#child.kill("SIGTERM");
      const timer = setTimeout(
        () => this.#child.kill("SIGKILL"),
        END_WITHIN_MS,
      );
      await this.#child.exited;
      clearTimeout(timer);
    }
    this.#child.terminal?.close();
    this.#screen.dispose();
  }
}
