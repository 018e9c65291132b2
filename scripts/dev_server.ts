/** The daemon run from source, started again on request: for `dev.ts`. */

import { say } from "./say.ts";

/** A daemon that does not end by itself within this has a bug to look at. */
const STOP_MS = 3_000;

export class DevServer {
  readonly #args: readonly string[];
  readonly #env: Record<string, string | undefined>;
  #child: Bun.Subprocess | undefined;
  /** Restarts one after the other: two daemons cannot share a port. */
  #turn: Promise<void> = Promise.resolve();

  constructor(
    args: readonly string[],
    env: Record<string, string | undefined>,
  ) {
    this.#args = args;
    this.#env = env;
  }

  /** Ends the running one, if any, and starts another. */
  restart(): void {
    this.#turn = this.#turn.then(async () => {
      await this.#end();
      this.#start();
    });
  }

  /** Resolves when nothing runs any more. */
  async stop(): Promise<void> {
    this.#turn = this.#turn.then(() => this.#end());
    await this.#turn;
  }

  #start(): void {
    const child = Bun.spawn([process.execPath, ...this.#args], {
      env: this.#env,
      stdin: "ignore",
      stdout: "inherit",
      stderr: "inherit",
    });
    this.#child = child;
    child.exited.then((code) => {
      if (this.#child !== child) return; // Ended by us.
      this.#child = undefined;
      say(`The daemon ended with code ${code}; it starts again on a change`);
    });
  }

  async #end(): Promise<void> {
    const child = this.#child;
    if (!child) return;
    this.#child = undefined;
    child.kill("SIGTERM");
    const timer = setTimeout(() => {
      say(`The daemon did not end within ${STOP_MS} ms and is killed`);
      child.kill("SIGKILL");
    }, STOP_MS);
    await child.exited;
    clearTimeout(timer);
  }
}
