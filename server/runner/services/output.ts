/**
 * Where one process' output goes: to the service's log, line by line, or, where
 * stdout is a conversation, to the bridge that leads it.
 */

import type { LogInlet, ServiceLog } from "./logs/service_log.ts";
import type { McpAttachment, McpBridge } from "./mcp_port.ts";
import type { LastWords } from "./process/last_words.ts";
import type { ServiceProcess } from "./process/service_process.ts";

export class Output {
  readonly #out: LogInlet;
  readonly #err: LogInlet;
  readonly #words: LastWords;
  readonly #bridge: McpBridge | undefined;
  #attachment: McpAttachment | undefined;

  constructor(
    { log, bridge, onLines }: {
      log: ServiceLog;
      bridge: McpBridge | undefined;
      onLines?: (tagged: Buffer) => void;
    },
    words: LastWords,
  ) {
    this.#out = log.open("out", onLines);
    this.#err = log.open("err", onLines);
    this.#words = words;
    this.#bridge = bridge;
  }

  /** The process is there. */
  begin(process: ServiceProcess): void {
    this.#attachment = this.#bridge?.attach({
      write: (line) => process.write(`${line}\n`),
      lastOutput: () => this.#words.text,
    });
  }

  out(chunk: Uint8Array): void {
    if (this.#attachment) this.#attachment.output(chunk);
    else this.#out.take(chunk);
  }

  err(chunk: Uint8Array): void {
    this.#words.take(chunk);
    this.#err.take(chunk);
  }

  exited(why: string): void {
    this.#attachment?.exited(why);
  }

  /** Resolves when all of it has come, or nothing more is waited for. */
  async drained(process: ServiceProcess, withinMs: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, withinMs);
    await Promise.race([process.outputEnded, promise]);
    clearTimeout(timer);
    process.closeOutput();
    this.#out.finish();
    this.#err.finish();
  }
}
