/**
 * The probe: whether an MCP server answers at a URL, and in which era.
 *
 * Plain `fetch`, no SDK: it is sent to every service every few seconds. Asks
 * `server/discover` first; whatever does not know it gets `initialize`, and the
 * session that this made is deleted at once, since servers keep what nobody
 * deletes. Called by the supervisor for readiness and health.
 */

import { isRecord } from "../read.ts";
import {
  type Era,
  HEADER,
  type Implementation,
  LEGACY_VERSION,
  META,
  MODERN_VERSION,
  modernHeaders,
  OURSELVES,
  withEnvelope,
} from "./era.ts";
import {
  type Answer,
  type Failure,
  post,
  type PostOptions,
  send,
} from "./http_client.ts";
import { type JsonObject, RPC, type RpcError } from "./json_rpc.ts";

/** What a probe found. */
export type Probe =
  | Alive
  /** It answers, and wants a credential that we do not have. */
  | { readonly kind: "needs_auth"; readonly status: number }
  | {
    readonly kind: "not_ready";
    readonly reason: NotReady;
    /** For a person: what the server did instead of answering. */
    readonly message: string;
  };

export interface Alive {
  readonly kind: "alive";
  readonly era: Era;
  /** The version that was agreed on, and all it names. */
  readonly version: string;
  readonly versions: readonly string[];
  readonly server: Implementation | undefined;
  readonly capabilities: JsonObject;
}

export type NotReady =
  | Failure
  | "server_error" // 5xx.
  | "not_mcp" // HTML, a redirect, or any other answer.
  | "refused_initialize"; // An MCP server that says why it cannot.

export interface ProbeOptions {
  /** For all of it, the detour over `initialize` included. */
  readonly timeoutMs: number;
  /** The era found last time: asked first, so that it costs one request. */
  readonly era?: Era | undefined;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
  /** The Unix socket that is spoken to, whatever host the URL names. */
  readonly unix?: string | undefined;
}

/** A server that is slow to forget a session must not hold the probe. */
const DELETE_TIMEOUT_MS = 1_000;

/** Asks whether an MCP server answers at `url`. Never rejects. */
export async function probeMcp(
  url: string,
  { timeoutMs, era = "modern", headers = {}, signal, unix }: ProbeOptions,
): Promise<Probe> {
  const limits = [AbortSignal.timeout(timeoutMs), ...(signal ? [signal] : [])];
  const options = { headers, signal: AbortSignal.any(limits), unix };
  const eras: readonly Era[] = era === "modern"
    ? ["modern", "legacy"]
    : ["legacy", "modern"];
  let last: Probe | undefined;
  for (const asked of eras) {
    const answer = asked === "modern"
      ? await discover(url, options)
      : await initialize(url, options);
    const found = readProbe(answer, asked, timeoutMs);
    if (found.kind !== "not_ready" || isFinal(answer)) return found;
    // What a server of the other era says is about the question, not about
    // itself: the legacy refusal is the one that a person can act on.
    if (!last || asked === "legacy") last = found;
  }
  return last!;
}

/**
 * Whether asking in the other era could not change the picture. Old servers
 * answer 500 to a method they do not know, or drop the connection.
 */
function isFinal(answer: Answer): boolean {
  if (answer.kind === "failed") return answer.failure !== "cut";
  return answer.status > 501;
}

/** Asks a modern server who it is. */
export function discover(url: string, options: PostOptions): Promise<Answer> {
  const method = "server/discover";
  const params = withEnvelope({}, {
    info: { ...OURSELVES },
    capabilities: {},
    logLevel: undefined,
  });
  const headers = { ...modernHeaders(method, params), ...options.headers };
  return post(url, { id: 1, method, params }, { ...options, headers });
}

async function initialize(url: string, options: PostOptions): Promise<Answer> {
  const answer = await postInitialize(url, options);
  if (answer.kind === "rpc") await deleteSession(url, answer.headers, options);
  return answer;
}

/** Begins a legacy session; whoever calls it has to delete it. */
export function postInitialize(
  url: string,
  options: PostOptions,
): Promise<Answer> {
  const params = {
    protocolVersion: LEGACY_VERSION,
    capabilities: {},
    clientInfo: OURSELVES,
  };
  return post(url, { id: 1, method: "initialize", params }, options);
}

/** Deletes the session that `made` names, if it names one. */
export async function deleteSession(
  url: string,
  made: Headers,
  options: PostOptions,
): Promise<void> {
  const session = made.get(HEADER.session);
  if (session === null) return;
  try {
    const response = await send(url, {
      method: "DELETE",
      headers: { ...options.headers, [HEADER.session]: session },
      signal: AbortSignal.timeout(DELETE_TIMEOUT_MS),
    }, options.unix);
    await response.body?.cancel();
  } catch {
    // Not every server can delete sessions; nothing is left to do about it.
  }
}

function readProbe(answer: Answer, era: Era, timeoutMs: number): Probe {
  switch (answer.kind) {
    case "failed":
      return notReady(answer.failure, describe(answer, era, timeoutMs));
    case "http":
      return readHttp(answer.status, answer.type, answer.head);
    case "rpc":
      return readRpc(answer, era);
  }
}

function describe(
  { failure, message }: Answer & { kind: "failed" },
  era: Era,
  timeoutMs: number,
): string {
  const asked = era === "modern" ? "server/discover" : "initialize";
  if (failure === "timed_out") {
    return `no answer to ${asked} within ${timeoutMs} ms`;
  }
  return failure === "cut" ? `${message} to ${asked}` : message;
}

function readRpc(answer: Answer & { kind: "rpc" }, era: Era): Probe {
  const { outcome, status } = answer;
  if (outcome.kind === "error") {
    if (isAuth(status)) return { kind: "needs_auth", status };
    const { error } = outcome;
    const elsewhere = era === "modern" ? readUnsupported(error) : undefined;
    if (elsewhere) return elsewhere;
    if (status >= 500) return notReady("server_error", error.message);
    return notReady(
      "refused_initialize",
      `it refuses: ${error.message || `error ${error.code}`}`,
    );
  }
  const alive = era === "modern"
    ? readDiscovered(outcome.result)
    : readInitialized(outcome.result);
  return alive ??
    notReady("not_mcp", "its answer is not that of an MCP server");
}

/** A modern server of another revision than ours is a live one all the same. */
function readUnsupported({ code, data }: RpcError): Alive | undefined {
  if (code !== RPC.unsupportedVersion || !isRecord(data)) return undefined;
  const versions = texts(data.supported).filter((one) => one >= MODERN_VERSION);
  const [version] = versions;
  if (version === undefined) return undefined;
  return {
    kind: "alive",
    era: "modern",
    version,
    versions,
    server: undefined,
    capabilities: {},
  };
}

/** Reads the result of `server/discover`; undefined if it is not one. */
export function readDiscovered(result: JsonObject): Alive | undefined {
  const versions = texts(result.supportedVersions);
  const [first] = versions;
  if (first === undefined) return undefined;
  const meta = isRecord(result._meta) ? result._meta : {};
  return {
    kind: "alive",
    era: "modern",
    version: versions.includes(MODERN_VERSION) ? MODERN_VERSION : first,
    versions,
    server: readImplementation(
      meta[META.server] ?? result.serverInfo,
    ),
    capabilities: isRecord(result.capabilities) ? result.capabilities : {},
  };
}

/** Reads the result of `initialize`; undefined if it is not one. */
export function readInitialized(result: JsonObject): Alive | undefined {
  const { protocolVersion, serverInfo, capabilities } = result;
  if (typeof protocolVersion !== "string") return undefined;
  return {
    kind: "alive",
    era: "legacy",
    version: protocolVersion,
    versions: [protocolVersion],
    server: readImplementation(serverInfo),
    capabilities: isRecord(capabilities) ? capabilities : {},
  };
}

function readImplementation(value: unknown): Implementation | undefined {
  if (!isRecord(value) || typeof value.name !== "string") return undefined;
  const { name, version, title } = value;
  return {
    name,
    version: typeof version === "string" ? version : "",
    ...(typeof title === "string" ? { title } : {}),
  };
}

function readHttp(status: number, type: string, head: string): Probe {
  if (isAuth(status)) return { kind: "needs_auth", status };
  if (status >= 500) return notReady("server_error", `HTTP ${status}`);
  const what = type === "text/html" || /^\s*<(!doctype|html)/i.test(head)
    ? "a web page"
    : status >= 300 && status < 400
    ? "a redirect"
    : `HTTP ${status}${type ? ` with ${type}` : ""}`;
  return notReady("not_mcp", `it answers ${what}, which is not MCP`);
}

function isAuth(status: number): boolean {
  return status === 401 || status === 403;
}

function notReady(reason: NotReady, message: string): Probe {
  return { kind: "not_ready", reason, message };
}

function texts(value: unknown): string[] {
  if (!Array.isArray(value)) return [];
  return value.filter((one) => typeof one === "string");
}
