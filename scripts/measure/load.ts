/**
 * Load: a process of its own that presses on the daemon, on another core.
 *
 * `Load` is the side that measures and calls; `answerCalls` is the side of the
 * load. Times that are compared are taken within the load: one clock.
 */

import { join } from "node:path";
import { CORE, pin } from "./machine.ts";

type Handlers = Readonly<Record<string, (params: never) => unknown>>;

interface Reply {
  readonly id: number;
  readonly result?: unknown;
  readonly error?: string;
}

export class Load<H extends Handlers> implements AsyncDisposable {
  readonly #child: Bun.Subprocess;
  readonly #waiting = new Map<number, (reply: Reply) => void>();
  #calls = 0;

  private constructor(file: string) {
    this.#child = Bun.spawn([process.execPath, join(import.meta.dir, file)], {
      stdin: "ignore",
      stdout: 2,
      stderr: 2,
      ipc: (reply) => {
        const { id } = reply as Reply;
        this.#waiting.get(id)?.(reply as Reply);
        this.#waiting.delete(id);
      },
      serialization: "json",
    });
    void this.#child.exited.then(() => {
      for (const [id, reply] of this.#waiting) {
        reply({ id, error: "The load ended" });
      }
    });
  }

  /**
   * @param file Beside this one.
   * @param core `any` where what is loaded is more than one process.
   */
  static async start<H extends Handlers>(
    file: string,
    core: string = CORE.load,
  ): Promise<Load<H>> {
    const load = new Load<H>(file);
    if (core !== "any") await pin(load.#child.pid, core);
    return load;
  }

  /** @throws {Error} with what the load says went wrong. */
  async call<M extends keyof H & string>(
    method: M,
    params: Parameters<H[M]>[0],
  ): Promise<Awaited<ReturnType<H[M]>>> {
    const id = ++this.#calls;
    const reply = await new Promise<Reply>((resolve) => {
      this.#waiting.set(id, resolve);
      this.#child.send({ id, method, params });
    });
    if (reply.error !== undefined) throw new Error(reply.error);
    return reply.result as Awaited<ReturnType<H[M]>>;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#child.exited;
  }
}

/** Answers what the measuring side asks. Called once by a load. */
export function answerCalls(handlers: Handlers): void {
  process.on("message", async (message) => {
    const { id, method, params } = message as {
      id: number;
      method: string;
      params: never;
    };
    try {
      process.send?.({ id, result: await handlers[method]?.(params) });
    } catch (thrown) {
      process.send?.({ id, error: String(thrown) });
    }
  });
  process.on("disconnect", () => process.exit());
}
