/**
 * A WebSocket on which calls are made: `/ws`, or a viewer's of one agent.
 *
 * Pairs replies with calls and hands every other frame on. Once only: a socket
 * that ended stays ended, and whoever wants to go on opens another.
 */

import { HypivisorError } from "../errors.ts";
import type { ErrorCode } from "../protocol/error.ts";
import type { MethodName, ParamsOf, ResultOf } from "../protocol/rpc.ts";
import type { Connection } from "./connection.ts";

/** An agent that quits as a person would may take its time. */
const CALL_WITHIN_MS = 60_000;

export interface Closed {
  readonly code: number;
  readonly reason: string;
}

interface Waiting {
  resolve(result: unknown): void;
  reject(error: Error): void;
}

interface Reply {
  readonly id: unknown;
  readonly result?: unknown;
  readonly error?: {
    readonly message: string;
    readonly data?: { readonly code: string };
  };
}

export class RpcSocket implements Disposable {
  /** Resolves when it has ended, for whatever reason. */
  readonly closed: Promise<Closed>;
  readonly #socket: Bun.WebSocket;
  readonly #waiting = new Map<number, Waiting>();
  #calls = 0;

  private constructor(
    socket: Bun.WebSocket,
    onFrame: (frame: unknown) => void,
  ) {
    this.#socket = socket;
    socket.addEventListener("message", ({ data }) => {
      if (typeof data === "string") this.#hear(JSON.parse(data), onFrame);
    });
    this.closed = new Promise((resolve) => {
      socket.addEventListener("close", ({ code, reason }) => {
        const gone = new HypivisorError("unavailable", "Lost the hypivisor");
        for (const { reject } of this.#waiting.values()) reject(gone);
        resolve({ code, reason });
      });
    });
  }

  /** @throws {UnreachableError} if it does not open. */
  static async open(
    connection: Connection,
    path: string,
    protocols: readonly string[] = [],
    onFrame: (frame: unknown) => void = () => {},
  ): Promise<RpcSocket> {
    const socket = connection.dial(path, protocols);
    const rpc = new RpcSocket(socket, onFrame);
    const isOpen = await Promise.race([
      new Promise<true>((resolve) =>
        socket.addEventListener("open", () => resolve(true))
      ),
      rpc.closed.then(() => false),
    ]);
    if (!isOpen) throw await connection.why();
    return rpc;
  }

  /** @throws {HypivisorError} as the daemon says it, or `unavailable`. */
  call<M extends MethodName>(
    method: M,
    params: ParamsOf<M>,
    withinMs = CALL_WITHIN_MS,
  ): Promise<ResultOf<M>> {
    return this.ask(method, params, withinMs) as Promise<ResultOf<M>>;
  }

  /** As `call`, of a method that is in no table of ours. */
  ask(
    method: string,
    params: object,
    withinMs = CALL_WITHIN_MS,
  ): Promise<unknown> {
    const id = ++this.#calls;
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    const late = setTimeout(() =>
      reject(
        new HypivisorError(
          "unavailable",
          `No answer to "${method}" within ${withinMs / 1_000} s`,
        ),
      ), withinMs);
    this.#waiting.set(id, { resolve, reject });
    this.#socket.send(JSON.stringify({ jsonrpc: "2.0", id, method, params }));
    return promise.finally(() => {
      clearTimeout(late);
      this.#waiting.delete(id);
    });
  }

  [Symbol.dispose](): void {
    this.#socket.close();
  }

  #hear(frame: Reply, onFrame: (frame: unknown) => void): void {
    const waiting = typeof frame.id === "number"
      ? this.#waiting.get(frame.id)
      : undefined;
    if (!waiting) return onFrame(frame);
    const { error } = frame;
    if (!error) return waiting.resolve(frame.result);
    const code = (error.data?.code ?? "internal") as ErrorCode;
    waiting.reject(new HypivisorError(code, error.message));
  }
}
