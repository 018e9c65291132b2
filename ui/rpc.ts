/**
 * Calls over a link, and their answers.
 *
 * A call lives as long as the socket it went out on: when that breaks, the call
 * fails with `LinkLost`, and whoever made it decides whether to ask again.
 */

import { effect } from "@preact/signals";
import type { LogMethods, RpcMethods } from "../server/protocol/rpc.ts";
import type { Link } from "./link.ts";

/** The server understood and said no. `message` is for a person. */
export class CallRefused extends Error {
  override readonly name = "CallRefused";
  /** Our own word, as `ErrorCode` has it; `internal` if none was sent. */
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/** Nobody knows whether the call arrived. */
export class LinkLost extends Error {
  override readonly name = "LinkLost";
}

/** It arrived, and what it asks for may still be done. */
export class AnswerLate extends LinkLost {}

/** Longer than any call should take, shorter than a person's patience. */
const ANSWER_WITHIN_MS = 30_000;

/** Far more than a page ever has open; past it, something calls in a loop. */
const MAX_OPEN_CALLS = 200;

/** All that a link answers; those of `LogMethods` only the registry's. */
export type Calls = RpcMethods & LogMethods;

/** `Rpc.call`, for models that make calls. */
export type Call = <M extends keyof Calls>(
  method: M,
  params: Calls[M]["params"],
) => Promise<Calls[M]["result"]>;

interface OpenCall {
  resolve(result: unknown): void;
  reject(reason: Error): void;
  timer: ReturnType<typeof setTimeout>;
}

export class Rpc {
  readonly #open = new Map<number, OpenCall>();
  readonly #link: Link;
  #lastId = 0;

  constructor(link: Link) {
    this.#link = link;
    link.onFrame((frame) => {
      if (isReply(frame)) this.#answer(frame);
    });
    effect(() => {
      const { kind } = link.state.value;
      if (kind !== "open" && kind !== "stale") this.#failAll();
    });
  }

  /**
   * @throws {CallRefused} if the server says no.
   * @throws {LinkLost} if there is no link, or it broke before the answer.
   */
  call<M extends keyof Calls>(
    method: M,
    params: Omit<Calls[M]["params"], "node"> | Calls[M]["params"],
  ): Promise<Calls[M]["result"]> {
    const id = ++this.#lastId;
    return new Promise<unknown>((resolve, reject) => {
      if (this.#open.size >= MAX_OPEN_CALLS) {
        return reject(new LinkLost("Too many calls are open"));
      }
      const frame = { jsonrpc: "2.0", id, method, params };
      if (!this.#link.send(JSON.stringify(frame))) {
        return reject(new LinkLost("Not connected"));
      }
      const timer = setTimeout(() => {
        this.#open.delete(id);
        reject(new AnswerLate(`No answer to "${method}"`));
      }, ANSWER_WITHIN_MS);
      this.#open.set(id, { resolve, reject, timer });
    }) as Promise<Calls[M]["result"]>;
  }

  #answer(reply: Reply): void {
    const call = this.#open.get(reply.id as number);
    if (!call) return;
    this.#open.delete(reply.id as number);
    clearTimeout(call.timer);
    if (reply.error) {
      const { data, message } = reply.error;
      call.reject(new CallRefused(data?.code ?? "internal", message));
    } else {
      call.resolve(reply.result);
    }
  }

  #failAll(): void {
    for (const { reject, timer } of this.#open.values()) {
      clearTimeout(timer);
      reject(new LinkLost("Connection lost"));
    }
    this.#open.clear();
  }
}

interface Reply {
  readonly id: unknown;
  readonly result?: unknown;
  readonly error?: {
    readonly message: string;
    readonly data?: { readonly code?: string };
  };
}

function isReply(frame: object): frame is Reply {
  return "jsonrpc" in frame && ("result" in frame || "error" in frame);
}

/** What to tell a person about anything thrown by a call. */
export function sayFailure(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : "Internal error";
}
