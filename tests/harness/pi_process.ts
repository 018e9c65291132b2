/** One running pi: on a pty, or with pipes. Ended with its test. */

export interface PiCommand {
  readonly command: readonly string[];
  readonly cwd: string;
  readonly env: Record<string, string>;
}

/** The typed text and the Enter after it are two things to pi. */
const TYPING_PAUSE_MS = 150;
const QUIT_WITHIN_MS = 3_000;

/** Commands to the terminal: titles and colours, strings, movements, modes. */
const ESCAPES = new RegExp(
  [
    "\\x1b\\][^\\x07\\x1b]*(\\x07|\\x1b\\\\)",
    "\\x1b[P_^][\\s\\S]*?\\x1b\\\\",
    "\\x1b\\[[0-9;?<>=!]*[ -/]*[@-~]",
    "\\x1b[=>()][A-Z0-9]?",
  ].join("|"),
  "g",
);

export class RunningPi implements AsyncDisposable {
  readonly #child: Bun.Subprocess<"pipe" | "ignore", "pipe", "pipe">;
  readonly #texts: Promise<string>[] = [];
  #screen = "";
  #lines: string[] = [];

  constructor(kind: "tui" | "rpc" | "pipe", pi: PiCommand) {
    const { cwd, env } = pi;
    const command = [...pi.command];
    if (kind === "tui") {
      this.#child = Bun.spawn(command, {
        cwd,
        env,
        terminal: {
          cols: 120,
          rows: 40,
          data: (_terminal: unknown, bytes: Uint8Array) => {
            this.#screen += Buffer.from(bytes).toString();
          },
        },
      }) as never;
      return;
    }
    this.#child = Bun.spawn(command, {
      cwd,
      env,
      stdin: kind === "rpc" ? "pipe" : "ignore",
      stdout: "pipe",
      stderr: "pipe",
    });
    this.#texts.push(
      this.#collect(this.#child.stdout),
      new Response(this.#child.stderr).text(),
    );
  }

  get pid(): number {
    return this.#child.pid;
  }

  get exited(): Promise<number> {
    return this.#child.exited;
  }

  /** All that was written to the pty, without escape sequences. */
  get screen(): string {
    return this.#screen.replace(ESCAPES, "");
  }

  /** Lines of stdout so far. */
  get lines(): readonly string[] {
    return this.#lines;
  }

  /** Resolves when the process has ended. */
  stdout(): Promise<string> {
    return this.#texts[0] ?? Promise.resolve("");
  }

  stderr(): Promise<string> {
    return this.#texts[1] ?? Promise.resolve("");
  }

  type(keys: string): void {
    const { terminal } = this.#child as { terminal?: Bun.Terminal };
    terminal?.write(keys);
  }

  /** Types a line as a person would. */
  async enter(line: string): Promise<void> {
    this.type(line);
    await Bun.sleep(TYPING_PAUSE_MS);
    this.type("\r");
  }

  /** Sends a command of pi's own RPC. */
  send(command: Record<string, unknown>): void {
    const stdin = this.#child.stdin as unknown as Bun.FileSink;
    stdin.write(JSON.stringify(command) + "\n");
    stdin.flush();
  }

  closeStdin(): void {
    void (this.#child.stdin as unknown as Bun.FileSink).end();
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) {
      return;
    }
    this.#child.kill("SIGTERM");
    const timer = setTimeout(() => this.#child.kill("SIGKILL"), QUIT_WITHIN_MS);
    await this.#child.exited;
    clearTimeout(timer);
  }

  async #collect(stream: ReadableStream<Uint8Array>): Promise<string> {
    const decoder = new TextDecoder();
    let [all, rest] = ["", ""];
    for await (const chunk of stream) {
      const text = decoder.decode(chunk, { stream: true });
      all += text;
      const lines = (rest + text).split("\n");
      rest = lines.pop() ?? "";
      this.#lines.push(...lines);
    }
    return all;
  }
}
