/**
 * One legacy client of a bridge: its calls in flight, its open questions, and
 * the stream for what it did not ask for.
 *
 * Knows no HTTP but the stream it is given. What comes while no stream is open
 * is kept, within a bound, since clients open it a moment after their session.
 */

import type { Listener } from "./bridge_changes.ts";
import type { BridgeLimits } from "./bridge_limits.ts";
import type { EventStream } from "./bridge_stream.ts";
import type { ClientFacts } from "./era.ts";
import {
  failure,
  type JsonObject,
  notificationLine,
  requestLine,
  RPC,
  type RpcId,
  type RpcOutcome,
} from "./json_rpc.ts";

/** What a session hears without asking. */
const HEARD: ReadonlySet<string> = new Set([
  "notifications/tools/list_changed",
  "notifications/prompts/list_changed",
  "notifications/resources/list_changed",
  "notifications/elicitation/complete",
]);

export interface SessionFacts {
  readonly info: JsonObject | undefined;
  readonly capabilities: JsonObject;
}

export class Session implements Listener {
  readonly id = crypto.randomUUID();
  readonly lists = HEARD;
  readonly uris = new Set<string>();
  level: string | undefined;
  lastUsed: number;
  readonly #facts: SessionFacts;
  readonly #limits: BridgeLimits;
  readonly #calls = new Map<RpcId, AbortController>();
  readonly #questions = new Map<RpcId, (outcome: RpcOutcome) => void>();
  /** In the order of arrival; a second of the same says nothing new. */
  readonly #backlog = new Set<string>();
  #stream: EventStream | undefined;
  #lastQuestion = 0;

  constructor(facts: SessionFacts, limits: BridgeLimits, now: number) {
    this.#facts = facts;
    this.#limits = limits;
    this.lastUsed = now;
  }

  get facts(): ClientFacts {
    return { ...this.#facts, logLevel: this.level };
  }

  /** Whether nobody would notice if it were forgotten. */
  get isIdle(): boolean {
    return this.#calls.size === 0 && !this.#stream?.isOpen;
  }

  /**
   * Begins a call; the signal ends with it.
   *
   * Returns why not if the id is in use or there are too many.
   */
  begin(id: RpcId): AbortController | string {
    if (this.#calls.has(id)) return `Request id ${id} is in use`;
    const max = this.#limits.callsPerClient;
    if (this.#calls.size >= max) return `Too many calls at once: over ${max}`;
    const stop = new AbortController();
    this.#calls.set(id, stop);
    return stop;
  }

  finish(id: RpcId): void {
    this.#calls.delete(id);
  }

  cancel(id: unknown): void {
    this.#calls.get(id as RpcId)?.abort();
  }

  /** Asks the client by `send`, on the stream of the call it belongs to. */
  ask(
    method: string,
    params: JsonObject,
    signal: AbortSignal,
    send: (json: string) => boolean,
  ): Promise<RpcOutcome> {
    const id = `hypivisor-${++this.#lastQuestion}`;
    if (!send(requestLine(id, method, params))) {
      return Promise.resolve(UNREACHABLE);
    }
    return new Promise((resolve) => {
      const onAbort = () => {
        const reason = "No longer wanted";
        send(notificationLine("notifications/cancelled", {
          requestId: id,
          reason,
        }));
        settle(failure(RPC.unavailable, "The client did not answer"));
      };
      const settle = (outcome: RpcOutcome) => {
        this.#questions.delete(id);
        signal.removeEventListener("abort", onAbort);
        resolve(outcome);
      };
      this.#questions.set(id, settle);
      signal.addEventListener("abort", onAbort, { once: true });
    });
  }

  /** The client answers a question. False if nobody asked. */
  answer(id: RpcId | null, outcome: RpcOutcome): boolean {
    const settle = id === null ? undefined : this.#questions.get(id);
    settle?.(outcome);
    return settle !== undefined;
  }

  deliver(method: string, params: JsonObject): void {
    this.#send(notificationLine(method, params));
  }

  /** Takes the stream that the client opened; an older one is over. */
  open(stream: EventStream): void {
    this.#stream?.close();
    this.#stream = stream;
    const kept = [...this.#backlog];
    this.#backlog.clear();
    for (const json of kept) this.#send(json);
  }

  /** The client or the bridge ends the session. */
  close(): void {
    for (const stop of [...this.#calls.values()]) stop.abort();
    for (const settle of [...this.#questions.values()]) settle(UNREACHABLE);
    this.#stream?.close();
    this.#backlog.clear();
  }

  #send(json: string): void {
    if (this.#stream?.send(json)) return;
    this.#backlog.delete(json);
    this.#backlog.add(json);
    if (this.#backlog.size <= this.#limits.backlog) return;
    // The oldest: what is newer tells a client more about what is now true.
    const [oldest] = this.#backlog;
    if (oldest !== undefined) this.#backlog.delete(oldest);
  }
}

const UNREACHABLE = failure(
  RPC.unavailable,
  "The client that called cannot be reached",
);
