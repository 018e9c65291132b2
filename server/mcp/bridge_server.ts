/**
 * The MCP server behind a bridge: opened once for all clients, called in the
 * era that it speaks, and asked again when its process was started anew.
 *
 * Knows no HTTP and no session. What the server asks of a client goes to the
 * one whose call it belongs to; what it announces goes to `onNotification`.
 *
 * A process on stdio has one client, and here that is the bridge. It declares
 * sampling and elicitation, which can be handed on, and no roots: folders that
 * one client names would be opened to all of them.
 */

import { BridgeAsks } from "./bridge_asks.ts";
import type { BridgeLimits } from "./bridge_limits.ts";
import { openServer, type ServerFacts } from "./bridge_open.ts";
import { Peer } from "./bridge_peer.ts";
import {
  type ClientFacts,
  OURSELVES,
  withEnvelope,
  withoutEnvelope,
} from "./era.ts";
import {
  failure,
  type JsonObject,
  RPC,
  type RpcNotification,
  type RpcOutcome,
  unanswered,
} from "./json_rpc.ts";

/** One life of a server's process, as its supervisor hands it over. */
export interface StdioPort {
  /** Writes one line to stdin. Resolves when the pipe has taken it. */
  write(line: string): Promise<void> | void;
  /** The end of its stderr, for the error that tells why it died. */
  lastOutput(): string;
}

/** One call of one client, in the terms of neither era. */
export interface BridgeCall {
  readonly method: string;
  readonly params: JsonObject;
  /** Who calls: a session, or a single modern request. */
  readonly client: object;
  readonly facts: ClientFacts;
  readonly signal: AbortSignal;
  readonly onProgress?: ((params: JsonObject) => void) | undefined;
  /** Passes a question of the server on to the client. */
  readonly ask: (
    method: string,
    params: JsonObject,
    signal: AbortSignal,
  ) => Promise<RpcOutcome>;
  /** Whether `input_required` is an answer: modern clients repeat the call. */
  readonly takesQuestions: boolean;
}

export type ServerState =
  | {
    readonly kind: "down";
    readonly why: string;
    readonly hasRun: boolean;
  }
  | { readonly kind: "starting" }
  | { readonly kind: "ready"; readonly facts: ServerFacts }
  /** It runs, and said no to `initialize`. */
  | { readonly kind: "refused"; readonly why: string };

export interface ServerParts {
  readonly name: string;
  readonly limits: BridgeLimits;
  readonly log: (line: string) => void;
  readonly onNotification: (notification: RpcNotification) => void;
  /** The server is open, for the first time or again. */
  readonly onReady: (facts: ServerFacts) => void;
}

/** What a server writes on stdout that is no message. */
interface Noise {
  readonly first: string;
  lines: number;
}

/** Enough to know a page of HTML or a banner by. */
const NOISE_CHARS = 120;

/** A server that goes on requiring input is not getting anywhere. */
const ROUNDS_MAX = 16;

export class BridgedServer {
  readonly #parts: ServerParts;
  readonly #asks: BridgeAsks;
  #peer: Peer | undefined;
  #state: ServerState;
  /** Of the process that runs, or of the last. */
  #noise: Noise | undefined;
  #changed = Promise.withResolvers<void>();

  constructor(parts: ServerParts) {
    this.#parts = parts;
    this.#asks = new BridgeAsks(parts.limits);
    this.#state = {
      kind: "down",
      why: this.#says("has not been started"),
      hasRun: false,
    };
  }

  get state(): ServerState {
    return this.#state;
  }

  /** Whether it may be ready soon, without being started for it. */
  get isComing(): boolean {
    return this.#state.kind === "starting" ||
      (this.#state.kind === "down" && !this.#state.hasRun);
  }

  /** Takes over a process that has just been started. */
  attach(port: StdioPort): Peer {
    this.#peer?.end(this.#says("was started again"));
    const peer: Peer = new Peer({
      write: (line) => port.write(line),
      onRequest: (request) => {
        void this.#asks.take(request).then((outcome) =>
          peer.respond(request.id, outcome)
        );
      },
      onNotification: (notification) => {
        if (this.#peer === peer) this.#take(notification);
      },
      onNoise: (line) => {
        if (this.#peer === peer) this.#hear(line);
        this.#parts.log(line);
      },
      limits: this.#parts.limits,
    });
    this.#peer = peer;
    this.#noise = undefined;
    this.#become({ kind: "starting" });
    void this.#open(peer);
    return peer;
  }

  /** The process behind `peer` is gone: `why` as in "exit code 1". */
  detach(peer: Peer, why: string, lastOutput: string): void {
    const tail = lastOutput.trim();
    const isEarly = this.#peer === peer && this.#state.kind === "starting";
    const ended = this.#says(`ended: ${why}`) +
      (isEarly ? ` before it answered initialize${this.#saysNoise()}` : "") +
      (tail ? `. Its last output: ${tail}` : "");
    peer.end(ended);
    if (this.#peer !== peer) return;
    this.#peer = undefined;
    this.#asks.clear();
    this.#become({ kind: "down", why: ended, hasRun: true });
  }

  /** Resolves to what the server is, once that is more than starting. */
  async settled(withinMs: number, signal?: AbortSignal): Promise<ServerState> {
    // Nearly always so: no timer for each of many calls.
    if (this.#state.kind !== "starting") return this.#state;
    const timeout = AbortSignal.timeout(withinMs);
    const over = signal ? AbortSignal.any([timeout, signal]) : timeout;
    const { promise, resolve } = Promise.withResolvers<void>();
    over.addEventListener("abort", () => resolve(), { once: true });
    while (this.#state.kind === "starting" && !over.aborted) {
      await Promise.race([this.#changed.promise, promise]);
    }
    return this.#state;
  }

  /** Calls the server for a client. Never rejects. */
  async call(call: BridgeCall): Promise<RpcOutcome> {
    const [peer, state] = [this.#peer, this.#state];
    if (state.kind !== "ready" || !peer) {
      return unanswered(this.whyNot());
    }
    using _ = this.#asks.during(call);
    return state.facts.era === "modern"
      ? await this.#callModern(peer, call)
      : await this.#send(peer, call, withoutEnvelope(call.params));
  }

  /** Calls the server for the bridge itself. */
  callOwn(
    method: string,
    params: JsonObject,
    { timeoutMs, signal }: { timeoutMs: number; signal?: AbortSignal },
  ): Promise<RpcOutcome> {
    const [peer, state] = [this.#peer, this.#state];
    if (state.kind !== "ready" || !peer) {
      return Promise.resolve(unanswered(this.whyNot()));
    }
    const own = state.facts.era === "modern"
      ? withEnvelope(params, OWN_FACTS)
      : params;
    return peer.call(method, own, { timeoutMs, signal });
  }

  /** Why a call cannot be made now, for a person. */
  whyNot(): string {
    switch (this.#state.kind) {
      case "down":
      case "refused":
        return this.#state.why;
      case "starting":
        return this.#says("is still starting: no answer to initialize") +
          this.#saysNoise();
      case "ready":
        return this.#says("is not connected");
    }
  }

  #hear(line: string): void {
    this.#noise ??= { first: line.trim().slice(0, NOISE_CHARS), lines: 0 };
    this.#noise.lines++;
  }

  /** What it wrote instead of messages, if it has. */
  #saysNoise(): string {
    if (!this.#noise) return "";
    const { first, lines } = this.#noise;
    const what = /^<(?:!doctype|html|\?xml)/i.test(first)
      ? "HTML"
      : "no JSON-RPC";
    return lines === 1
      ? `. It wrote a line that is ${what}: ${first}`
      : `. It wrote ${lines} lines that are ${what}, the first: ${first}`;
  }

  #says(what: string): string {
    return `Service "${this.#parts.name}" ${what}`;
  }

  #become(state: ServerState): void {
    this.#state = state;
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  }

  async #open(peer: Peer): Promise<void> {
    const opened = await openServer(peer);
    if (this.#peer !== peer) return;
    if (opened.kind === "refused") {
      const why = this.#says(`refuses: ${opened.why}`);
      this.#become({ kind: "refused", why });
      return;
    }
    this.#become({ kind: "ready", facts: opened.facts });
    this.#parts.onReady(opened.facts);
  }

  #take(notification: RpcNotification): void {
    if (notification.method === "notifications/cancelled") {
      this.#asks.cancel(notification.params.requestId);
      return;
    }
    this.#parts.onNotification(notification);
  }

  #send(
    peer: Peer,
    { method, signal, onProgress }: BridgeCall,
    params: JsonObject,
  ): Promise<RpcOutcome> {
    const timeoutMs = this.#parts.limits.callMs;
    return peer.call(method, params, { signal, timeoutMs, onProgress });
  }

  /** A modern server asks by its result, and the call is repeated. */
  async #callModern(peer: Peer, call: BridgeCall): Promise<RpcOutcome> {
    let params = call.params;
    for (let round = 0; round < ROUNDS_MAX; round++) {
      const outcome = await this.#send(
        peer,
        call,
        withEnvelope(params, call.facts),
      );
      const isQuestion = outcome.kind === "result" &&
        outcome.result.resultType === "input_required";
      if (!isQuestion || call.takesQuestions) return outcome;
      const answers = await this.#asks.answerAll(call, outcome.result);
      if (answers.kind === "error") return answers;
      params = { ...call.params, ...answers.result };
    }
    return failure(
      RPC.internalError,
      `The server required input ${ROUNDS_MAX} times`,
    );
  }
}

const OWN_FACTS: ClientFacts = {
  info: { ...OURSELVES },
  capabilities: {},
  logLevel: undefined,
};
