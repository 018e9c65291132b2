/**
 * What a server asks of a client: whose call it belongs to, whether that
 * client can answer, and the answer.
 *
 * A question on stdio does not say which call it comes from. It goes to the one
 * client that has calls in flight; with several, or with none, it is refused,
 * because a wrong guess would show one client's work to another.
 */

import { isRecord } from "../read.ts";
import type { BridgeLimits } from "./bridge_limits.ts";
import type { BridgeCall } from "./bridge_server.ts";
import {
  failure,
  type JsonObject,
  RPC,
  type RpcId,
  type RpcOutcome,
  type RpcRequest,
  success,
} from "./json_rpc.ts";

export class BridgeAsks {
  readonly #limits: BridgeLimits;
  readonly #calls = new Set<BridgeCall>();
  /** Questions of the server that wait for an answer, by its ids. */
  readonly #open = new Map<RpcId, AbortController>();

  constructor(limits: BridgeLimits) {
    this.#limits = limits;
  }

  /** Counts a call as in flight until it is disposed of. */
  during(call: BridgeCall): Disposable {
    this.#calls.add(call);
    return { [Symbol.dispose]: () => void this.#calls.delete(call) };
  }

  /** Answers a request of a legacy server. Never rejects. */
  async take({ id, method, params }: RpcRequest): Promise<RpcOutcome> {
    if (method === "ping") return success({});
    const call = this.#owner(method);
    if (call.kind === "error") return call;
    if (this.#open.size >= this.#limits.asks) {
      return failure(RPC.unavailable, "Too many questions are unanswered");
    }
    const stop = new AbortController();
    this.#open.set(id, stop);
    try {
      return await this.#ask(call.call, { method, params }, stop.signal);
    } finally {
      if (this.#open.get(id) === stop) this.#open.delete(id);
    }
  }

  /** The server no longer wants an answer. */
  cancel(id: unknown): void {
    this.#open.get(id as RpcId)?.abort();
  }

  /** The server is gone, and its questions with it. */
  clear(): void {
    for (const stop of this.#open.values()) stop.abort();
    this.#open.clear();
  }

  /** Answers the `input_required` of a modern server: params to add. */
  async answerAll(
    call: BridgeCall,
    { inputRequests, requestState }: JsonObject,
  ): Promise<RpcOutcome> {
    const inputResponses: Record<string, unknown> = {};
    const asked = isRecord(inputRequests) ? Object.entries(inputRequests) : [];
    for (const [key, value] of asked) {
      const question = readQuestion(value);
      if (!question) {
        return failure(
          RPC.internalError,
          "The server asked for the unreadable",
        );
      }
      if (question.method === "roots/list") return refuse(question.method);
      const outcome = await this.#ask(call, question, call.signal);
      if (outcome.kind === "error") return outcome;
      inputResponses[key] = outcome.result;
    }
    return success({
      inputResponses,
      ...(requestState === undefined ? {} : { requestState }),
    });
  }

  #owner(method: string): RpcOutcome & { kind: "error" } | Owner {
    if (!Object.hasOwn(NEEDS, method)) return refuse(method);
    const clients = new Set([...this.#calls].map(({ client }) => client));
    const call = [...this.#calls].at(-1);
    if (clients.size === 1 && call) return { kind: "owner", call };
    const why = clients.size === 0
      ? "no client has a call in flight"
      : `${clients.size} clients have calls in flight, and nothing says whose it is`;
    return {
      kind: "error",
      error: {
        code: RPC.unavailable,
        message: `Cannot pass on ${method}: ${why}`,
      },
    };
  }

  #ask(
    call: BridgeCall,
    { method, params }: Question,
    signal: AbortSignal,
  ): Promise<RpcOutcome> {
    if (!canAnswer(call.facts.capabilities, method, params)) {
      return Promise.resolve(failure(
        RPC.methodNotFound,
        `The client that called cannot answer ${method}`,
      ));
    }
    const timeout = AbortSignal.timeout(this.#limits.askMs);
    const over = AbortSignal.any([signal, call.signal, timeout]);
    return call.ask(method, params, over);
  }
}

interface Owner {
  readonly kind: "owner";
  readonly call: BridgeCall;
}

interface Question {
  readonly method: string;
  readonly params: JsonObject;
}

/** Which capability of a client answers which question. */
const NEEDS: Readonly<Record<string, string>> = {
  "sampling/createMessage": "sampling",
  "elicitation/create": "elicitation",
};

function canAnswer(
  capabilities: JsonObject,
  method: string,
  params: JsonObject,
): boolean {
  const needed = Object.hasOwn(NEEDS, method) ? NEEDS[method] : undefined;
  const has = needed === undefined ? undefined : capabilities[needed];
  if (!isRecord(has)) return false;
  return params.mode !== "url" || isRecord(has.url);
}

function refuse(method: string): RpcOutcome & { kind: "error" } {
  const why = method === "roots/list"
    ? "Its clients share this server and cannot each name folders: name them in its arguments"
    : `Cannot pass on ${method} to a client`;
  return { kind: "error", error: { code: RPC.methodNotFound, message: why } };
}

function readQuestion(value: unknown): Question | undefined {
  if (!isRecord(value) || typeof value.method !== "string") return undefined;
  const params = isRecord(value.params) ? value.params : {};
  return { method: value.method, params };
}
