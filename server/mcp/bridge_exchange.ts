/**
 * One call of a modern client, over as many requests as it takes.
 *
 * In the modern era a server does not ask its client: it answers that input is
 * required, and the client repeats its request with the input. A legacy server
 * knows nothing of that, so its call stays in flight here while the client goes
 * and comes back.
 */

import {
  failure,
  type JsonObject,
  RPC,
  type RpcOutcome,
  success,
} from "./json_rpc.ts";
import { isRecord } from "../read.ts";

/** What the client hears next. */
export type Step =
  | { readonly kind: "outcome"; readonly outcome: RpcOutcome }
  | { readonly kind: "questions"; readonly questions: JsonObject };

interface Question {
  readonly method: string;
  readonly params: JsonObject;
  readonly settle: (outcome: RpcOutcome) => void;
}

export class Exchange {
  /** Handed to the client as `requestState`, and back by it. */
  readonly id = crypto.randomUUID();
  readonly method: string;
  /** Ends the call at the server. */
  readonly stop = new AbortController();
  /** Sends ahead of the answer to the request that is open now. */
  send: (method: string, params: JsonObject) => void = () => {};
  readonly #questions = new Map<string, Question>();
  #outcome: RpcOutcome | undefined;
  #lastQuestion = 0;
  #wake: () => void = () => {};
  /** Drops it when its client does not come back. */
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(method: string) {
    this.method = method;
  }

  /** The server has answered. */
  finish(outcome: RpcOutcome): void {
    this.#outcome = outcome;
    this.#wake();
  }

  /** Asks the client, the next time that it can be told. */
  ask(
    method: string,
    params: JsonObject,
    signal: AbortSignal,
  ): Promise<RpcOutcome> {
    const key = String(++this.#lastQuestion);
    return new Promise((resolve) => {
      const onAbort = () =>
        settle(failure(RPC.unavailable, "The client did not answer"));
      const settle = (outcome: RpcOutcome) => {
        this.#questions.delete(key);
        signal.removeEventListener("abort", onAbort);
        resolve(outcome);
      };
      this.#questions.set(key, { method, params, settle });
      signal.addEventListener("abort", onAbort, { once: true });
      this.#wake();
    });
  }

  /** Resolves to what the client is told next. */
  async next(): Promise<Step> {
    while (this.#outcome === undefined && this.#questions.size === 0) {
      await new Promise<void>((resolve) => this.#wake = resolve);
    }
    if (this.#outcome) return { kind: "outcome", outcome: this.#outcome };
    const questions = Object.fromEntries(
      [...this.#questions].map((
        [key, { method, params }],
      ) => [key, { method, params }]),
    );
    return { kind: "questions", questions };
  }

  /** Waits for the client to come back; `onLost` if it does not. */
  park(forMs: number, onLost: () => void): void {
    this.send = () => {};
    this.#timer = setTimeout(() => {
      this.stop.abort();
      onLost();
    }, forMs);
  }

  /** The client is back, with answers to what it was asked. */
  resume(responses: unknown): void {
    clearTimeout(this.#timer);
    for (const [key, { settle }] of [...this.#questions]) {
      const response = isRecord(responses) ? responses[key] : undefined;
      settle(
        isRecord(response)
          ? success(response)
          : failure(RPC.unavailable, "The client did not answer"),
      );
    }
  }
}
