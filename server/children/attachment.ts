/**
 * One viewer's line to one terminal of the runner: bytes both ways, control
 * frames beside them, and a word when it is left on purpose.
 *
 * A line that ends without `leave` is waited for by the runner: that is what
 * lets a daemon be killed and come back.
 */

import { HypivisorError } from "../errors.ts";
import type { ErrorCode } from "../protocol/error.ts";
import type { RunnerMethods } from "../protocol/runner.ts";
import type { TerminalUp } from "../protocol/terminal.ts";
import { isRecord, parseJson } from "../read.ts";
import {
  type ConnectionEvents,
  RunnerConnection,
} from "./runner_connection.ts";

/** The one call of such a line. */
const ATTACH_ID = 1;

export class Attachment {
  readonly #connection: RunnerConnection;

  private constructor(connection: RunnerConnection) {
    this.#connection = connection;
  }

  /**
   * Resolves once the terminal is viewed; frames may come before that.
   *
   * @throws {HypivisorError} `not_found` if there is no such terminal,
   *   `unavailable` if there is no runner.
   */
  static async open(
    path: string,
    params: RunnerMethods["attach"]["params"],
    events: ConnectionEvents,
  ): Promise<Attachment> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    let isAttached = false;
    const connection = await RunnerConnection.open(path, () => ({
      control(json) {
        if (isAttached) return events.control(json);
        const failure = failureOf(json);
        if (failure) return reject(failure);
        isAttached = true;
        resolve();
      },
      bytes: (payload) => events.bytes(payload),
      drained: () => events.drained(),
      closed() {
        if (isAttached) return events.closed();
        reject(new HypivisorError("unavailable", "The runner is gone"));
      },
    }));
    connection.send({ id: ATTACH_ID, method: "attach", params });
    try {
      await promise;
    } catch (thrown) {
      connection.end();
      throw thrown;
    }
    return new Attachment(connection);
  }

  /** Bytes on their way that the kernel has not taken. */
  get unsent(): number {
    return this.#connection.unsent;
  }

  say(frame: TerminalUp): void {
    this.#connection.send(frame);
  }

  /** Types. The bytes are copied. */
  type(bytes: Uint8Array): void {
    this.#connection.sendBytes(bytes);
  }

  pause(): void {
    this.#connection.pause();
  }

  resume(): void {
    this.#connection.resume();
  }

  /** Leaves for good: the runner need not wait for this viewer. */
  leave(): void {
    this.#connection.send({ type: "bye" });
    this.#connection.end();
  }

  /** Hangs up without a word: the place is held for the next daemon. */
  drop(): void {
    this.#connection.end();
  }
}

function failureOf(json: string): HypivisorError | undefined {
  const reply = parseJson(json);
  if (!isRecord(reply) || !isRecord(reply.error)) return undefined;
  const { code, message } = reply.error;
  return new HypivisorError(code as ErrorCode, String(message));
}
