/**
 * The legacy face of a bridge: sessions begun by `initialize`, a stream by
 * GET, an end by DELETE.
 *
 * `initialize` is answered from what the server said once; a client never
 * opens the server itself. What only concerns the session (`ping`, the log
 * level, subscriptions) is answered here too, all else is the server's.
 */

import { isRecord } from "../read.ts";
import { type Changes, isLevel } from "./bridge_changes.ts";
import type { BridgeLimits } from "./bridge_limits.ts";
import type { ServerFacts } from "./bridge_open.ts";
import { jsonResponse, Reply } from "./bridge_reply.ts";
import type { BridgedServer } from "./bridge_server.ts";
import { Session } from "./bridge_session.ts";
import { Sessions } from "./bridge_sessions.ts";
import { EventStream } from "./bridge_stream.ts";
import { HEADER, LEGACY_VERSION, LEGACY_VERSIONS, metaOf } from "./era.ts";
import {
  failure,
  type JsonObject,
  notificationLine,
  responseLine,
  RPC,
  type RpcId,
  type RpcMessage,
  type RpcNotification,
  type RpcOutcome,
  type RpcRequest,
  success,
} from "./json_rpc.ts";

export class LegacyFace {
  readonly #server: BridgedServer;
  readonly #changes: Changes;
  readonly #limits: BridgeLimits;
  readonly #sessions: Sessions;

  constructor(server: BridgedServer, changes: Changes, limits: BridgeLimits) {
    this.#server = server;
    this.#changes = changes;
    this.#limits = limits;
    this.#sessions = new Sessions(limits, (gone) => changes.remove(gone));
  }

  get clients(): number {
    return this.#sessions.size;
  }

  close(): void {
    this.#sessions.clear();
  }

  /** Answers a POST with one message. */
  async post(request: Request, message: RpcMessage): Promise<Response> {
    if (message.kind === "request" && message.method === "initialize") {
      return await this.#initialize(request, message);
    }
    const session = this.#find(request);
    if (session instanceof Response) return session;
    switch (message.kind) {
      case "request":
        return await this.#request(session, request, message);
      case "notification":
        this.#notified(session, message);
        return ACCEPTED();
      case "response":
        session.answer(message.id, message.outcome);
        return ACCEPTED();
    }
  }

  /** Answers a GET: the stream for what the client did not ask for. */
  get(request: Request): Response {
    const session = this.#find(request);
    if (session instanceof Response) return session;
    const stream = new EventStream(this.#limits, {
      [HEADER.session]: session.id,
    }, () => {});
    session.open(stream);
    return stream.response;
  }

  /** Answers a DELETE: the session ends, and its calls with it. */
  delete(request: Request): Response {
    const session = this.#find(request);
    if (session instanceof Response) return session;
    this.#sessions.delete(session.id);
    return new Response(null, { status: 200 });
  }

  #find(request: Request): Session | Response {
    const id = request.headers.get(HEADER.session);
    if (id === null) {
      return refusal(400, `Header ${HEADER.session} is missing`);
    }
    const version = request.headers.get(HEADER.version);
    if (version !== null && !LEGACY_VERSIONS.includes(version)) {
      return refusal(400, `Protocol version "${version}" is not known`);
    }
    const session = this.#sessions.use(id, Date.now());
    return session ?? refusal(404, "There is no such session");
  }

  async #initialize(
    request: Request,
    { id, params }: RpcRequest,
  ): Promise<Response> {
    const { startWaitMs } = this.#limits;
    const state = await this.#server.settled(startWaitMs, request.signal);
    if (state.kind !== "ready") {
      return notReady(this.#server, id);
    }
    const { clientInfo, capabilities, protocolVersion } = params;
    const session = new Session(
      {
        info: isRecord(clientInfo) ? clientInfo : undefined,
        capabilities: isRecord(capabilities) ? capabilities : {},
      },
      this.#limits,
      Date.now(),
    );
    if (!this.#sessions.add(session, Date.now())) {
      const { clients } = this.#limits;
      return refusal(503, `Too many clients at once: over ${clients}`, id);
    }
    this.#changes.add(session);
    const result = introduce(state.facts, protocolVersion);
    return jsonResponse(responseLine(id, success(result)), 200, {
      [HEADER.session]: session.id,
    });
  }

  #notified(session: Session, { method, params }: RpcNotification): void {
    // Of the others, none may reach a server that all share: one client's
    // `roots/list_changed` would have it ask for folders again.
    if (method === "notifications/cancelled") session.cancel(params.requestId);
  }

  async #request(
    session: Session,
    request: Request,
    { id, method, params }: RpcRequest,
  ): Promise<Response> {
    const stop = session.begin(id);
    if (typeof stop === "string") return refusal(429, stop, id);
    const reply = new Reply(request, this.#limits, () => stop.abort());
    void this.#answer(session, reply, { method, params, stop }).then(
      (outcome) => {
        session.finish(id);
        reply.finish(responseLine(id, outcome));
      },
    );
    return await reply.response;
  }

  #answer(session: Session, reply: Reply, call: Asked): Promise<RpcOutcome> {
    const { method, params, stop } = call;
    const own = this.#own(session, method, params);
    if (own) return Promise.resolve(own);
    const token = metaOf(params).progressToken;
    return this.#server.settled(this.#limits.startWaitMs, stop.signal).then(
      () =>
        this.#server.call({
          method,
          params,
          client: session,
          facts: session.facts,
          signal: stop.signal,
          onProgress: token === undefined ? undefined : (progress) => {
            const mine = { ...progress, progressToken: token };
            reply.send(notificationLine("notifications/progress", mine));
          },
          ask: (asked, its, signal) =>
            session.ask(asked, its, signal, (json) => reply.send(json)),
          takesQuestions: false,
        }).then(withoutResultType),
    );
  }

  /** What is answered without the server. */
  #own(
    session: Session,
    method: string,
    params: JsonObject,
  ): RpcOutcome | Promise<RpcOutcome> | undefined {
    switch (method) {
      case "ping":
        return success({});
      case "logging/setLevel":
        if (!isLevel(params.level)) return BAD_LEVEL;
        this.#changes.setLevel(session, params.level);
        return success({});
      case "resources/subscribe":
        if (typeof params.uri !== "string") return BAD_URI;
        return this.#changes.subscribe(session, params.uri);
      case "resources/unsubscribe":
        if (typeof params.uri !== "string") return BAD_URI;
        return this.#changes.unsubscribe(session, params.uri);
    }
    return method.startsWith("tasks/") ? NO_TASKS : undefined;
  }
}

interface Asked {
  readonly method: string;
  readonly params: JsonObject;
  readonly stop: AbortController;
}

const BAD_LEVEL = failure(RPC.invalidParams, "There is no such log level");
const BAD_URI = failure(RPC.invalidParams, "A resource has a uri");
const NO_TASKS = failure(
  RPC.methodNotFound,
  "Tasks cannot be shared between the clients of one server",
);

const ACCEPTED = () => new Response(null, { status: 202 });

/** The answer to `initialize`, in a version that both sides know. */
function introduce(facts: ServerFacts, asked: unknown): JsonObject {
  const { info, capabilities, instructions, version } = facts;
  const newest = facts.era === "legacy" ? version : LEGACY_VERSION;
  const isKnown = typeof asked === "string" && LEGACY_VERSIONS.includes(asked);
  return {
    protocolVersion: isKnown && asked < newest ? asked : newest,
    capabilities,
    serverInfo: info,
    ...(instructions === undefined ? {} : { instructions }),
  };
}

/** Modern servers mark their results; legacy clients do not know the mark. */
function withoutResultType(outcome: RpcOutcome): RpcOutcome {
  if (outcome.kind === "error") return outcome;
  const { resultType: _, ...result } = outcome.result;
  return success(result);
}

/** A server cannot be asked: where it helps to try again, that is said. */
export function notReady(server: BridgedServer, id: RpcId): Response {
  const response = refusal(503, server.whyNot(), id);
  if (server.isComing) response.headers.set("Retry-After", "1");
  return response;
}

/** An answer that is not the server's. */
export function refusal(
  status: number,
  message: string,
  id: RpcId | null = null,
): Response {
  const code = status === 404 || status === 400
    ? RPC.invalidRequest
    : RPC.unavailable;
  return jsonResponse(responseLine(id, failure(code, message)), status);
}
