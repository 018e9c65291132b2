/**
 * The modern face of a bridge: every request stands alone and says who asks.
 *
 * `server/discover` is answered from what the server said once, and changes go
 * to whoever holds a `subscriptions/listen` open. A legacy server's results get
 * the marks that this era wants on them.
 */

import { isRecord } from "../read.ts";
import type { Changes, Listener } from "./bridge_changes.ts";
import { Exchange } from "./bridge_exchange.ts";
import { notReady } from "./bridge_legacy.ts";
import type { BridgeLimits } from "./bridge_limits.ts";
import { listen } from "./bridge_listen.ts";
import type { ServerFacts } from "./bridge_open.ts";
import { jsonResponse, Reply } from "./bridge_reply.ts";
import type { BridgedServer } from "./bridge_server.ts";
import {
  claimedVersion,
  type ClientFacts,
  fromHeader,
  HEADER,
  META,
  metaOf,
  MODERN_VERSION,
  nameOf,
} from "./era.ts";
import {
  failure,
  type JsonObject,
  notificationLine,
  responseLine,
  RPC,
  type RpcOutcome,
  type RpcRequest,
  success,
} from "./json_rpc.ts";

/** Calls whose client went to get the input that was required. */
const PARKED_MAX = 64;

export class ModernFace {
  readonly #server: BridgedServer;
  readonly #changes: Changes;
  readonly #limits: BridgeLimits;
  readonly #parked = new Map<string, Exchange>();
  /** Ends the streams of all who listen. */
  readonly #closing = new AbortController();

  constructor(server: BridgedServer, changes: Changes, limits: BridgeLimits) {
    this.#server = server;
    this.#changes = changes;
    this.#limits = limits;
  }

  close(): void {
    this.#closing.abort();
    for (const exchange of this.#parked.values()) exchange.stop.abort();
    this.#parked.clear();
  }

  /** Answers a POST with one request. */
  async post(request: Request, message: RpcRequest): Promise<Response> {
    const { id, method, params } = message;
    const wrong = checkHeaders(request, message);
    if (wrong) return answer(message, wrong, 400);
    const { startWaitMs } = this.#limits;
    const state = await this.#server.settled(startWaitMs, request.signal);
    if (state.kind !== "ready") {
      return notReady(this.#server, id);
    }
    if (method === "server/discover") {
      return answer(message, success(introduce(state.facts)));
    }
    if (method === "subscriptions/listen") {
      return await listen(message, {
        changes: this.#changes,
        limits: this.#limits,
        facts: state.facts,
        closing: this.#closing.signal,
      });
    }
    if (NOT_MODERN.has(method)) {
      const why = `${method} is not part of ${MODERN_VERSION}`;
      return answer(message, failure(RPC.methodNotFound, why), 404);
    }
    const exchange = this.#resume(params, method) ??
      this.#begin(message, state.facts);
    return await this.#reply(request, message, exchange);
  }

  /** The exchange that a request goes on with, if it does. */
  #resume(params: JsonObject, method: string): Exchange | undefined {
    const { requestState, inputResponses } = params;
    if (typeof requestState !== "string") return undefined;
    const exchange = this.#parked.get(requestState);
    if (exchange?.method !== method) return undefined;
    this.#parked.delete(requestState);
    exchange.resume(inputResponses);
    return exchange;
  }

  #begin({ method, params }: RpcRequest, facts: ServerFacts): Exchange {
    const exchange = new Exchange(method);
    const client = readClient(params);
    const mine = logsFor(exchange, client);
    if (mine) this.#changes.add(mine);
    void this.#server.call({
      method,
      params,
      client: exchange,
      facts: client,
      signal: exchange.stop.signal,
      onProgress: (progress) =>
        exchange.send("notifications/progress", progress),
      ask: (asked, its, signal) => exchange.ask(asked, its, signal),
      takesQuestions: true,
    }).then((outcome) => {
      if (mine) this.#changes.remove(mine);
      exchange.finish(marked(outcome, method, facts));
    });
    return exchange;
  }

  async #reply(
    request: Request,
    message: RpcRequest,
    exchange: Exchange,
  ): Promise<Response> {
    const reply = new Reply(
      request,
      this.#limits,
      () => exchange.stop.abort(),
    );
    const { progressToken } = metaOf(message.params);
    exchange.send = (method, params) => {
      const isProgress = method === "notifications/progress";
      if (isProgress && progressToken === undefined) return;
      const mine = isProgress ? { ...params, progressToken } : params;
      reply.send(notificationLine(method, mine));
    };
    void this.#next(exchange).then((outcome) =>
      reply.finish(responseLine(message.id, outcome))
    );
    return await reply.response;
  }

  async #next(exchange: Exchange): Promise<RpcOutcome> {
    const step = await exchange.next();
    if (step.kind === "outcome") return step.outcome;
    if (this.#parked.size >= PARKED_MAX) {
      exchange.stop.abort();
      return failure(RPC.unavailable, "Too many calls wait for input");
    }
    this.#parked.set(exchange.id, exchange);
    exchange.park(
      this.#limits.askMs,
      () => this.#parked.delete(exchange.id),
    );
    return success({
      resultType: "input_required",
      inputRequests: step.questions,
      requestState: exchange.id,
    });
  }
}

/** What the modern era has done away with. */
const NOT_MODERN: ReadonlySet<string> = new Set([
  "initialize",
  "ping",
  "logging/setLevel",
  "resources/subscribe",
  "resources/unsubscribe",
]);

/** A request may ask for log messages while it lasts. */
function logsFor(
  exchange: Exchange,
  { logLevel }: ClientFacts,
): Listener | undefined {
  if (logLevel === undefined) return undefined;
  return {
    lists: new Set(),
    uris: new Set(),
    level: logLevel,
    deliver: (method, params) => exchange.send(method, params),
  };
}

function readClient(params: JsonObject): ClientFacts {
  const meta = metaOf(params);
  const [info, capabilities, level] = [
    meta[META.client],
    meta[META.capabilities],
    meta[META.logLevel],
  ];
  return {
    info: isRecord(info) ? info : undefined,
    capabilities: isRecord(capabilities) ? capabilities : {},
    logLevel: typeof level === "string" ? level : undefined,
  };
}

/** The headers repeat the body, for those who route by them: they must agree. */
function checkHeaders(
  request: Request,
  { method, params }: RpcRequest,
): RpcOutcome | undefined {
  const claimed = claimedVersion(params);
  if (!isRecord(metaOf(params)[META.capabilities])) {
    return failure(
      RPC.invalidParams,
      `Field "${META.capabilities}" of _meta is missing`,
    );
  }
  if (claimed !== MODERN_VERSION) {
    return failure(
      RPC.unsupportedVersion,
      `Unsupported protocol version: ${claimed}`,
      { supported: [MODERN_VERSION], requested: claimed ?? "unknown" },
    );
  }
  const said: readonly (readonly [string, string | undefined])[] = [
    [HEADER.version, claimed],
    [HEADER.method, method],
    [HEADER.name, nameOf(method, params)],
  ];
  for (const [name, wanted] of said) {
    const header = request.headers.get(name);
    const has = header === null ? undefined : fromHeader(header);
    if (wanted === undefined || has === wanted) continue;
    return failure(
      RPC.headerMismatch,
      `Header ${name} must be "${wanted}", as the body has it`,
    );
  }
  return undefined;
}

/** Results that a client may keep, if the server says for how long. */
const CACHEABLE: ReadonlySet<string> = new Set([
  "tools/list",
  "prompts/list",
  "resources/list",
  "resources/templates/list",
  "resources/read",
  "server/discover",
]);

/** Marks the result of a legacy server as the modern era wants it. */
function marked(
  outcome: RpcOutcome,
  method: string,
  { era, info }: ServerFacts,
): RpcOutcome {
  if (outcome.kind === "error" || era === "modern") return outcome;
  const { result } = outcome;
  return success({
    ...result,
    resultType: "complete",
    ...(CACHEABLE.has(method) ? { ttlMs: 0, cacheScope: "private" } : {}),
    _meta: { ...metaOf(result), [META.server]: info },
  });
}

function introduce(
  { capabilities, info, instructions }: ServerFacts,
): JsonObject {
  return {
    resultType: "complete",
    supportedVersions: [MODERN_VERSION],
    capabilities,
    ...(instructions === undefined ? {} : { instructions }),
    ttlMs: 0,
    cacheScope: "private",
    _meta: { [META.server]: info },
  };
}

function answer(
  { id }: RpcRequest,
  outcome: RpcOutcome,
  status = 200,
): Response {
  return jsonResponse(responseLine(id, outcome), status);
}
