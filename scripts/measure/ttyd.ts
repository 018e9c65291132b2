/**
 * ttyd, the peer of the terminal measurements: one process that runs a command
 * anew for each viewer. Knows how it is started and what it costs; where it
 * comes from is in `ttyd_files.ts`, its protocol in `ttyd_viewer.ts`.
 */

import { threadsCpuMs } from "./machine.ts";
import { ensureTtyd } from "./ttyd_files.ts";

/** What is asked of a terminal, as ratios to ttyd in the same rounds. */
export const TO_TTYD = {
  /** Of its rate. */
  rate: 1,
  /** Of its rate when compression is offered, as every browser does. */
  rateDeflated: 3,
  /** Of its processor time per MiB. */
  cost: 0.8,
  /** Of its time from a key to its echo. */
  echo: 1.25,
} as const;

export class Ttyd implements AsyncDisposable {
  readonly #child: Bun.Subprocess<"ignore", "ignore", "pipe">;
  /** Where its socket is. */
  readonly url: string;

  private constructor(
    child: Bun.Subprocess<"ignore", "ignore", "pipe">,
    url: string,
  ) {
    this.#child = child;
    this.url = url;
  }

  static async start(command: readonly string[]): Promise<Ttyd> {
    const files = await ensureTtyd();
    const args = ["--port", "0", "--interface", "127.0.0.1", "--writable"];
    const child = Bun.spawn([...files.command, ...args, ...command], {
      env: { ...process.env, ...files.env },
      stdin: "ignore",
      stdout: "ignore",
      stderr: "pipe",
    });
    const port = await listeningPort(child.stderr);
    return new Ttyd(child, `ws://127.0.0.1:${port}/ws`);
  }

  /** Processor time so far, without that of the command. */
  cpuMs(): number {
    return threadsCpuMs(this.#child.pid);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#child.exited;
  }
}

/** Its log is read to the end, or it would stand still one day. */
async function listeningPort(log: ReadableStream<Uint8Array>): Promise<string> {
  const found = Promise.withResolvers<string>();
  const decoder = new TextDecoder();
  let text = "";
  void (async () => {
    for await (const bytes of log) {
      text = (text + decoder.decode(bytes, { stream: true })).slice(-10_000);
      const port = /Listening on port: (\d+)/.exec(text)?.[1];
      if (port) found.resolve(port);
    }
    found.reject(new Error(`ttyd did not start: ${text}`));
  })();
  return await found.promise;
}
