/**
 * The daemon's line to the runner: calls with deadlines, and the changes that
 * are pushed. One per runner; terminals that are viewed have lines of their own
 * (`attachment.ts`).
 */

import { HypivisorError } from "../errors.ts";
import { logger } from "../log.ts";
import { Pending } from "../pending.ts";
import type { ErrorCode } from "../protocol/error.ts";
import type {
  RunnerHello,
  RunnerMethod,
  RunnerMethods,
  RunnerPush,
} from "../protocol/runner.ts";
import type { DaemonFacts } from "../protocol/rpc.ts";
import { integer, isRecord, object, parseJson, text } from "../read.ts";
import { RunnerConnection } from "./runner_connection.ts";

const log = logger("runner_client");

/** A runner that takes longer is stopped, or the machine is. */
const ANSWER_WITHIN_MS = 10_000;

/** What a runner may be told to end: its own grace, and some. */
export const END_WITHIN_MS = 15_000;

export type RunnerFacts = NonNullable<DaemonFacts["runner"]>;

export interface RunnerListener {
  push(push: RunnerPush): void;
  /** The runner is gone: told once, not after `close`. */
  lost(): void;
}

const readReply = object({ id: integer(0, Number.MAX_SAFE_INTEGER) });
const readError = object({
  code: text({ max: 100 }),
  message: text({ max: 10_000 }),
});

export class RunnerClient {
  readonly facts: RunnerFacts;
  readonly #answers = new Pending<number, unknown>("The runner");
  readonly #listener: RunnerListener;
  #connection: RunnerConnection | undefined;
  #calls = 0;
  #isClosed = false;

  private constructor(hello: RunnerHello, listener: RunnerListener) {
    const { pid = 0, build, startedAt = 0 } = hello;
    this.facts = { pid, build, startedAt };
    this.#listener = listener;
  }

  /** @throws {HypivisorError} `unavailable` or `conflict`. */
  static async connect(
    path: string,
    listener: RunnerListener,
  ): Promise<RunnerClient> {
    let client: RunnerClient | undefined;
    const connection = await RunnerConnection.open(path, (hello) => {
      const made = client = new RunnerClient(hello, listener);
      return {
        control: (json) => made.#hear(json),
        bytes: () => log.warn("bytes_ignored"),
        drained() {},
        closed: () => made.#ended(),
      };
    });
    const made = client as RunnerClient | undefined;
    if (!made) {
      throw new HypivisorError("unavailable", "Cannot greet the runner");
    }
    made.#connection = connection;
    return made;
  }

  /** @throws {HypivisorError} What the runner says, or `unavailable`. */
  async call<M extends RunnerMethod>(
    method: M,
    params: RunnerMethods[M]["params"],
    withinMs = ANSWER_WITHIN_MS,
  ): Promise<RunnerMethods[M]["result"]> {
    if (this.#isClosed) throw goneError();
    const id = ++this.#calls;
    return await this.#answers.ask(
      id,
      withinMs,
      () => this.#connection?.send({ id, method, params }),
    ) as RunnerMethods[M]["result"];
  }

  /** Hangs up. The runner and its children go on. */
  close(): void {
    this.#isClosed = true;
    this.#connection?.end();
    this.#answers.fail(goneError());
  }

  #hear(json: string): void {
    const frame = parseJson(json);
    if (!isRecord(frame)) return log.warn("frame_ignored");
    if (typeof frame.type === "string") {
      return this.#listener.push(frame as unknown as RunnerPush);
    }
    const { id } = readReply(frame, "reply");
    if (!("error" in frame)) return this.#answers.resolve(id, frame.result);
    const { code, message } = readError(frame.error, "reply.error");
    this.#answers.reject(id, new HypivisorError(code as ErrorCode, message));
  }

  #ended(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#answers.fail(goneError());
    this.#listener.lost();
  }
}

function goneError(): HypivisorError {
  return new HypivisorError("unavailable", "The runner is gone");
}
