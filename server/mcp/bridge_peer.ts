/**
 * A process that speaks JSON-RPC by lines, seen from its other end: calls with
 * ids of ours, their answers, progress and cancelling, and a bounded queue of
 * what it has not read.
 *
 * Knows of MCP only `notifications/cancelled` and `notifications/progress`,
 * which belong to a call by its id. One peer is one life of a process; whoever
 * holds it says when that ends.
 */

import { parseJson } from "../read.ts";
import type { BridgeLimits } from "./bridge_limits.ts";
import { metaOf } from "./era.ts";
import {
  type JsonObject,
  notificationLine,
  readMessage,
  requestLine,
  responseLine,
  type RpcId,
  type RpcNotification,
  type RpcOutcome,
  type RpcRequest,
  unanswered,
} from "./json_rpc.ts";
import { type Line, LineSplitter } from "./stdio_lines.ts";

export interface PeerParts {
  /** Resolves when the pipe has taken the line. May reject: it is dead then. */
  readonly write: (line: string) => Promise<void> | void;
  readonly onRequest: (request: RpcRequest) => void;
  readonly onNotification: (notification: RpcNotification) => void;
  /** A line that is no message, for a log. */
  readonly onNoise: (line: string) => void;
  readonly limits: BridgeLimits;
}

export interface PeerCall {
  /** Cancels the call; the process is told. */
  readonly signal?: AbortSignal | undefined;
  readonly timeoutMs: number;
  readonly onProgress?: ((params: JsonObject) => void) | undefined;
}

interface Pending {
  readonly settle: (outcome: RpcOutcome) => void;
  readonly onProgress: ((params: JsonObject) => void) | undefined;
}

const UNWANTED = "The client no longer wants it";

export class Peer {
  readonly #parts: PeerParts;
  readonly #lines: LineSplitter;
  readonly #pending = new Map<number, Pending>();
  readonly #unread: string[] = [];
  #unreadBytes = 0;
  #isWriting = false;
  #lastId = 0;
  /** Why nothing can be asked any more. */
  #ended: string | undefined;

  constructor(parts: PeerParts) {
    this.#parts = parts;
    this.#lines = new LineSplitter(
      parts.limits.messageBytes,
      (line) => this.#take(line),
    );
  }

  get inFlight(): number {
    return this.#pending.size;
  }

  /** Takes what the process has written. */
  receive(chunk: Uint8Array): void {
    if (this.#ended === undefined) this.#lines.push(chunk);
  }

  /** Calls the process. Never rejects: a failure is an outcome. */
  call(
    method: string,
    params: JsonObject,
    { signal, timeoutMs, onProgress }: PeerCall,
  ): Promise<RpcOutcome> {
    const refusal = this.#refusal(signal);
    if (refusal) return Promise.resolve(refusal);
    const id = ++this.#lastId;
    // Clients choose their own tokens, often the same: ours are unique.
    const sent = onProgress
      ? { ...params, _meta: { ...metaOf(params), progressToken: id } }
      : params;
    return new Promise((resolve) => {
      const stop = (why: string) => {
        if (!this.#pending.has(id)) return;
        if (method !== "initialize") this.#cancel(id, why);
        settle(unanswered(why));
      };
      const onAbort = () => stop(UNWANTED);
      const timer = setTimeout(
        () => stop(`No answer to ${method} in ${timeoutMs} ms`),
        timeoutMs,
      );
      const settle = (outcome: RpcOutcome) => {
        this.#pending.delete(id);
        clearTimeout(timer);
        signal?.removeEventListener("abort", onAbort);
        resolve(outcome);
      };
      this.#pending.set(id, { settle, onProgress });
      signal?.addEventListener("abort", onAbort, { once: true });
      this.#write(requestLine(id, method, sent));
    });
  }

  notify(method: string, params: JsonObject): void {
    this.#write(notificationLine(method, params));
  }

  respond(id: RpcId, outcome: RpcOutcome): void {
    this.#write(responseLine(id, outcome));
  }

  /** The process is gone: every call in flight fails for this reason. */
  end(why: string): void {
    if (this.#ended !== undefined) return;
    this.#ended = why;
    this.#unread.length = 0;
    this.#unreadBytes = 0;
    for (const { settle } of [...this.#pending.values()]) {
      settle(unanswered(why));
    }
  }

  #refusal(signal: AbortSignal | undefined): RpcOutcome | undefined {
    const { calls, unreadBytes } = this.#parts.limits;
    if (this.#ended !== undefined) return unanswered(this.#ended);
    if (signal?.aborted) return unanswered(UNWANTED);
    if (this.#pending.size >= calls) {
      return unanswered(`Too many calls at once: ${calls} are in flight`);
    }
    if (this.#unreadBytes > unreadBytes) {
      return unanswered("The server does not read its input");
    }
    return undefined;
  }

  #cancel(requestId: number, reason: string): void {
    this.notify("notifications/cancelled", { requestId, reason });
  }

  #write(line: string): void {
    if (this.#ended !== undefined) return;
    this.#unread.push(line);
    this.#unreadBytes += line.length;
    if (!this.#isWriting) void this.#pump();
  }

  /** Writes one line after the other, each when the pipe took the last. */
  async #pump(): Promise<void> {
    this.#isWriting = true;
    while (true) {
      const line = this.#unread.shift();
      if (line === undefined) break;
      this.#unreadBytes -= line.length;
      try {
        const taken = this.#parts.write(line);
        if (taken) await taken;
      } catch {
        // The pipe is closed. Its process is ending, and `end` says how.
      }
    }
    this.#isWriting = false;
  }

  #take(line: Line): void {
    if (line.kind === "cut") {
      this.#takeCut(line);
      return;
    }
    const message = parse(line.text);
    switch (message?.kind) {
      case undefined:
        this.#parts.onNoise(line.text);
        return;
      case "request":
        this.#parts.onRequest(message);
        return;
      case "notification":
        if (!this.#takeProgress(message)) this.#parts.onNotification(message);
        return;
      case "response":
        // An id that is not pending was cancelled or timed out.
        this.#pending.get(Number(message.id))?.settle(message.outcome);
    }
  }

  #takeProgress({ method, params }: RpcNotification): boolean {
    if (method !== "notifications/progress") return false;
    this.#pending.get(Number(params.progressToken))?.onProgress?.(params);
    return true;
  }

  /** Answers a call whose answer is too large, if its id can be made out. */
  #takeCut({ head, tail, bytes }: Line & { kind: "cut" }): void {
    this.#parts.onNoise(`${head} … (${bytes} bytes, left out)`);
    const id = answeredId(head, tail);
    if (id === undefined) return;
    const { messageBytes } = this.#parts.limits;
    this.#pending.get(id)?.settle(unanswered(
      `The answer has ${bytes} bytes, over the ${messageBytes} that are passed on`,
    ));
  }
}

function parse(text: string): ReturnType<typeof readMessage> {
  // Most noise is no JSON at first sight, and throwing for each line of a
  // flood is slow.
  if (!text.startsWith("{") || !text.endsWith("}")) return undefined;
  try {
    return readMessage(parseJson(text));
  } catch {
    return undefined;
  }
}

/** The SDKs write the id second or last; others go unnoticed and time out. */
function answeredId(head: string, tail: string): number | undefined {
  const second = /^\{"jsonrpc":"2\.0","id":(\d+),"(result|error)"/.exec(head);
  if (second) return Number(second[1]);
  if (!/^\{"(result|error)"/.test(head)) return undefined;
  const last = /"id":(\d+)\}\s*$/.exec(tail);
  return last ? Number(last[1]) : undefined;
}
