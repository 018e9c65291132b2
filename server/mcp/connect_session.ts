/**
 * The HTTP side of a client on stdio: its session, the headers that go with a
 * message, and the streams that come back.
 *
 * Remembers how the session was opened, to open it again when the server does
 * not know it any more; the client never notices.
 */

import { dataOf, eachEvent, oneLine, pause, readLine } from "./connect_wire.ts";
import {
  claimedVersion,
  HEADER,
  LEGACY_VERSION,
  modernHeaders,
} from "./era.ts";
import {
  ANSWER_MAX,
  failed,
  mediaType,
  POST_HEADERS,
  readText,
  send,
} from "./http_client.ts";
import {
  type JsonObject,
  notificationLine,
  requestLine,
  type RpcOutcome,
  type RpcRequest,
} from "./json_rpc.ts";

export interface ConnectSessionParts {
  readonly url: string;
  readonly unix: string | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly patienceMs: number;
  readonly output: (line: string) => Promise<void>;
}

/** Between two attempts at a service that is not there. */
const RETRY_MS = 500;

/** The server's own stream is opened again after so long, and later. */
const REOPEN_MS = { first: 1_000, max: 30_000 };

/** A server that does not answer must not keep the command from ending. */
const CLOSE_MS = 1_000;

type Opened =
  | { readonly kind: "none" }
  | {
    readonly kind: "open";
    readonly id: string | undefined;
    readonly version: string;
  };

export class ConnectSession {
  readonly #parts: ConnectSessionParts;
  readonly #stop = new AbortController();
  #opened: Opened = { kind: "none" };
  /** How the client opened it. */
  #params: JsonObject | undefined;
  /** Settles when the session that is being opened is. */
  #opening: Promise<unknown> | undefined;
  #reopening: Promise<boolean> | undefined;

  constructor(parts: ConnectSessionParts) {
    this.#parts = parts;
  }

  /**
   * Sends a request on; all that comes back goes to the client. Resolves to
   * why there was no answer, if there was none. Never rejects.
   */
  async ask(
    line: string,
    request: RpcRequest,
    signal: AbortSignal,
  ): Promise<string | undefined> {
    const over = AbortSignal.any([signal, this.#stop.signal]);
    if (request.method !== "initialize") {
      await this.#opening;
      return await this.#passOn(line, request, over);
    }
    this.#params = request.params;
    this.#opened = { kind: "none" };
    const work = this.#passOn(line, request, over);
    this.#opening = work;
    return await work;
  }

  /** Sends a notification or an answer on. Never rejects. */
  async tell(line: string): Promise<void> {
    await this.#opening;
    try {
      const response = await this.#post(line, this.#headers());
      await response.body?.cancel();
      if (line.includes('"notifications/initialized"')) void this.#listen();
    } catch {
      // There is nobody to tell: neither kind has an answer.
    }
  }

  /** Ends the session, and whatever is open. */
  async close(): Promise<void> {
    const headers = this.#headers();
    this.#stop.abort();
    if (this.#opened.kind === "none" || !this.#opened.id) return;
    try {
      const response = await send(this.#parts.url, {
        method: "DELETE",
        headers,
        signal: AbortSignal.timeout(CLOSE_MS),
      }, this.#parts.unix);
      await response.body?.cancel();
    } catch {
      // The server forgets it by itself.
    }
  }

  async #passOn(
    line: string,
    request: RpcRequest,
    signal: AbortSignal,
  ): Promise<string | undefined> {
    try {
      const used = this.#opened;
      let response = await this.#patiently(line, request, signal);
      if (response.status === 404 && await this.#isNew(used, signal)) {
        response = await this.#patiently(line, request, signal);
      }
      return await this.#take(response, request);
    } catch (thrown) {
      return `Service is not available: ${failed(thrown).message}`;
    }
  }

  /** Waits for a service that is not there; nothing was done by it yet. */
  async #patiently(
    line: string,
    { method, params }: RpcRequest,
    signal: AbortSignal,
  ): Promise<Response> {
    const until = performance.now() + this.#parts.patienceMs;
    const isModern = claimedVersion(params) !== undefined;
    while (true) {
      const isLast = performance.now() > until;
      const headers = isModern
        ? { ...this.#parts.headers, ...modernHeaders(method, params) }
        : this.#headers();
      try {
        const response = await this.#post(line, headers, signal);
        // One that has failed would be started again by asking.
        const isComing = response.status === 503 &&
          response.headers.has("Retry-After") && method === "initialize";
        if (!isComing || isLast) return response;
        await response.body?.cancel();
      } catch (thrown) {
        if (isLast || failed(thrown).failure !== "refused") throw thrown;
      }
      await pause(RETRY_MS, signal);
    }
  }

  #headers(): Record<string, string> {
    const { headers } = this.#parts;
    if (this.#opened.kind === "none") return { ...headers };
    const { id, version } = this.#opened;
    return {
      ...headers,
      [HEADER.version]: version,
      ...(id === undefined ? {} : { [HEADER.session]: id }),
    };
  }

  #post(
    body: string,
    headers: Readonly<Record<string, string>>,
    signal: AbortSignal = this.#stop.signal,
  ): Promise<Response> {
    return send(this.#parts.url, {
      method: "POST",
      headers: { ...headers, ...POST_HEADERS },
      body,
      signal,
    }, this.#parts.unix);
  }

  /** Hands on what a response holds; resolves to why it is no answer. */
  async #take(
    response: Response,
    { id, method }: RpcRequest,
  ): Promise<string | undefined> {
    let isAnswered = false;
    const take = async (json: string) => {
      const message = readLine(json);
      if (!message) return;
      if (message.kind === "response" && message.id === id) {
        isAnswered = true;
        if (method === "initialize") this.#remember(response, message.outcome);
      }
      await this.#parts.output(json);
    };
    if (mediaType(response.headers) === "text/event-stream") {
      await eachEvent(response, take);
    } else {
      const text = await readText(response, ANSWER_MAX);
      const message = readLine(text);
      if (message?.kind === "response" && message.id !== null) {
        await take(oneLine(text));
      } else if (!response.ok) return explain(response, message);
    }
    return isAnswered ? undefined : "The service did not answer";
  }

  #remember(response: Response, outcome: RpcOutcome): void {
    if (outcome.kind !== "result") return;
    const version = outcome.result.protocolVersion;
    this.#opened = {
      kind: "open",
      id: response.headers.get(HEADER.session) ?? undefined,
      version: typeof version === "string" ? version : LEGACY_VERSION,
    };
  }

  /** Whether there is another session than the one that was refused. */
  async #isNew(used: Opened, signal: AbortSignal): Promise<boolean> {
    if (this.#opened !== used) return true;
    this.#reopening ??= this.#reopen(signal).finally(() =>
      this.#reopening = undefined
    );
    return await this.#reopening;
  }

  /** Opens the session again that the server has forgotten. */
  async #reopen(signal: AbortSignal): Promise<boolean> {
    const params = this.#params;
    if (this.#opened.kind === "none" || !this.#opened.id || !params) {
      return false;
    }
    const line = requestLine("hypivisor-reopen", "initialize", params);
    const response = await this.#post(line, this.#parts.headers, signal);
    const text = await readText(response, ANSWER_MAX);
    const message = readLine(dataOf(text));
    if (message?.kind !== "response") return false;
    this.#remember(response, message.outcome);
    await this.tell(notificationLine("notifications/initialized", {}));
    return true;
  }

  /** Holds the stream open for what the server says unasked. */
  async #listen(): Promise<void> {
    const mine = this.#opened;
    let waitMs = REOPEN_MS.first;
    while (this.#opened === mine && !this.#stop.signal.aborted) {
      try {
        const response = await send(this.#parts.url, {
          headers: { ...this.#headers(), Accept: "text/event-stream" },
          signal: this.#stop.signal,
        }, this.#parts.unix);
        if (mediaType(response.headers) !== "text/event-stream") {
          await response.body?.cancel();
          return; // It has none.
        }
        waitMs = REOPEN_MS.first;
        await eachEvent(response, (json) => this.#parts.output(json));
      } catch {
        // The server is away; the next request says so to the client.
      }
      await pause(waitMs, this.#stop.signal);
      waitMs = Math.min(waitMs * 2, REOPEN_MS.max);
    }
  }
}

/** An answer that is none, in words. */
function explain(
  { status }: Response,
  message: ReturnType<typeof readLine>,
): string {
  const said = message?.kind === "response" && message.outcome.kind === "error"
    ? message.outcome.error.message
    : "";
  return said || `The service answers HTTP ${status}`;
}
