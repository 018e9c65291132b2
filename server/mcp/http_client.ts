/**
 * One POST to an MCP server over HTTP, and what came back: an answer in JSON
 * or in an event stream, something else, or nothing.
 *
 * Knows neither methods nor eras. Never throws: what a server does wrong is
 * what its callers are here to report.
 */

import { isIP } from "node:net";
import { isRecord, parseJson } from "../read.ts";
import {
  readMessage,
  requestLine,
  type RpcId,
  type RpcOutcome,
  type RpcRequest,
} from "./json_rpc.ts";
import { SseReader } from "./sse.ts";

/** Larger answers come from something that is no MCP server, or is ill. */
export const ANSWER_MAX = 4 * 1024 * 1024;

/** Of an answer that is no message, enough to recognise what it is. */
const HEAD_MAX = 2_000;

/** Why there was no answer. */
export type Failure = "refused" | "cut" | "timed_out" | "aborted" | "too_large";

export type Answer =
  | {
    readonly kind: "rpc";
    readonly outcome: RpcOutcome;
    readonly status: number;
    readonly headers: Headers;
  }
  | {
    /** An HTTP answer that does not answer the request. */
    readonly kind: "http";
    readonly status: number;
    readonly type: string;
    readonly head: string;
  }
  | {
    readonly kind: "failed";
    readonly failure: Failure;
    readonly message: string;
  };

export interface PostOptions {
  readonly headers?: Readonly<Record<string, string>>;
  /** Ends the exchange; a time-out shows as `timed_out`. */
  readonly signal: AbortSignal;
  /** The Unix socket that is spoken to, whatever host the URL names. */
  readonly unix?: string | undefined;
}

/** Sends a request and waits for its answer. */
export async function post(
  url: string,
  { id, method, params }: Omit<RpcRequest, "kind">,
  options: PostOptions,
): Promise<Answer> {
  try {
    const response = await send(url, {
      method: "POST",
      body: requestLine(id, method, params),
      headers: { ...POST_HEADERS, ...options.headers },
      signal: options.signal,
    }, options.unix);
    return await readAnswer(response, id);
  } catch (thrown) {
    return failed(thrown);
  }
}

export const POST_HEADERS = {
  "Content-Type": "application/json",
  "Accept": "application/json, text/event-stream",
} as const;

/** `fetch` that follows no redirect and goes around a proxy to this machine. */
export function send(
  url: string,
  init: RequestInit,
  unix?: string,
): Promise<Response> {
  return fetch(url, {
    ...init,
    ...(unix === undefined ? {} : { unix }),
    redirect: "manual",
    // A pooled connection may belong to a process that has ended since.
    keepalive: false,
    // HTTP_PROXY means the world, not this machine. `false` works in Bun
    // 1.4.5, where an empty text does not, and is missing from its types.
    ...(isThisMachine(url) ? { proxy: false } : {}),
  } as RequestInit);
}

function isThisMachine(url: string): boolean {
  if (!URL.canParse(url)) return false;
  const host = new URL(url).hostname.replace(/^\[|\]$/g, "");
  return host === "localhost" || host.endsWith(".localhost") ||
    host === "::1" || (isIP(host) === 4 && host.startsWith("127."));
}

async function readAnswer(response: Response, id: RpcId): Promise<Answer> {
  const type = mediaType(response.headers);
  if (type === "text/event-stream" && response.body) {
    const outcome = await readStream(response.body, id);
    if (outcome) return answered(response, outcome);
    return {
      kind: "failed",
      failure: "cut",
      message: "the event stream ended before the answer",
    };
  }
  const text = await readText(response, ANSWER_MAX);
  const outcome = type === "application/json"
    ? outcomeIn(text, id, response.ok)
    : undefined;
  if (outcome) return answered(response, outcome);
  const head = text.slice(0, HEAD_MAX);
  return { kind: "http", status: response.status, type, head };
}

function answered(response: Response, outcome: RpcOutcome): Answer {
  const { status, headers } = response;
  return { kind: "rpc", outcome, status, headers };
}

export function mediaType(headers: Headers): string {
  const type = headers.get("content-type") ?? "";
  return type.split(";")[0]?.trim().toLowerCase() ?? "";
}

/** A refusal may come without the id, when it was sent before reading it. */
function outcomeIn(
  json: string,
  id: RpcId,
  mustMatch: boolean,
): RpcOutcome | undefined {
  try {
    const value = parseJson(json);
    const message = readMessage(
      // Servers refuse with bare `{error: {…}}` objects, too.
      isRecord(value) ? { jsonrpc: "2.0", ...value } : value,
    );
    if (message?.kind !== "response") return undefined;
    if (message.id === id) return message.outcome;
    return mustMatch || message.outcome.kind === "result"
      ? undefined
      : message.outcome;
  } catch {
    return undefined; // Not JSON, whatever its header says.
  }
}

async function readStream(
  body: ReadableStream<Uint8Array>,
  id: RpcId,
): Promise<RpcOutcome | undefined> {
  const events = new SseReader(ANSWER_MAX);
  const decoder = new TextDecoder();
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > ANSWER_MAX) throw new TooLarge();
    for (const json of events.push(decoder.decode(chunk, { stream: true }))) {
      const outcome = outcomeIn(json, id, true);
      if (outcome) return outcome; // Leaving the loop cancels the stream.
    }
  }
  return undefined;
}

class TooLarge extends Error {}

/** Reads a body as text, up to `max` bytes. */
export async function readText(
  { body }: { readonly body: ReadableStream<Uint8Array> | null },
  max: number,
): Promise<string> {
  if (!body) return "";
  const decoder = new TextDecoder();
  let text = "";
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > max) throw new TooLarge();
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

export function isTooLarge(thrown: unknown): boolean {
  return thrown instanceof TooLarge;
}

/** What kept an exchange from being completed. */
export function failed(thrown: unknown): Answer & { kind: "failed" } {
  const of = (failure: Failure, message: string) =>
    ({ kind: "failed", failure, message }) as const;
  if (isTooLarge(thrown)) {
    return of("too_large", `the answer has over ${ANSWER_MAX} bytes`);
  }
  const { name, code, message } = thrown as Error & { code?: unknown };
  if (name === "TimeoutError") return of("timed_out", "no answer in time");
  if (name === "AbortError") return of("aborted", "no longer wanted");
  if (code === "ECONNREFUSED" || code === "ENOTFOUND") {
    return of("refused", "nothing listens there");
  }
  if (code === "ECONNRESET" || code === "EPIPE") {
    return of("cut", "the connection was closed before the answer");
  }
  return of("cut", message);
}
