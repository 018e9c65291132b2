/**
 * A bridge: one MCP server on stdio, served over HTTP to any number of clients.
 *
 * The supervisor starts the process and hands each life of it over by `attach`;
 * this hands back nothing but answers, so that it can be mounted wherever
 * requests come from. Clients of either era may call a server of either era:
 * sessions and the answers to `initialize` and `server/discover` are the
 * bridge's own, and outlive the process. Restarting it is not done here.
 */

import { Changes } from "./bridge_changes.ts";
import { LegacyFace, refusal } from "./bridge_legacy.ts";
import { BRIDGE_LIMITS, type BridgeLimits } from "./bridge_limits.ts";
import { ModernFace } from "./bridge_modern.ts";
import {
  BridgedServer,
  type ServerState,
  type StdioPort,
} from "./bridge_server.ts";
import { claimedVersion, HEADER, isModern } from "./era.ts";
import { isTooLarge, mediaType, readText } from "./http_client.ts";
import { readMessage, type RpcMessage } from "./json_rpc.ts";
import type { Probe } from "./probe.ts";
import { isRecord, parseJson } from "../read.ts";

export interface BridgeParts {
  /** The service's name, for errors. */
  readonly name: string;
  /** Takes what the server writes to stdout that is no message, by lines. */
  readonly log: (line: string) => void;
  readonly limits?: Partial<BridgeLimits>;
}

/** One life of the process, as its supervisor tells it. */
export interface Attachment {
  /** The process has written to stdout. */
  output(chunk: Uint8Array): void;
  /** The process is gone; `why` as in "exit code 1" or "killed by SIGKILL". */
  exited(why: string): void;
}

export class Bridge {
  readonly #limits: BridgeLimits;
  readonly #server: BridgedServer;
  readonly #legacy: LegacyFace;
  readonly #modern: ModernFace;
  #isClosed = false;

  constructor({ name, log, limits }: BridgeParts) {
    this.#limits = { ...BRIDGE_LIMITS, ...limits };
    this.#server = new BridgedServer({
      name,
      log,
      limits: this.#limits,
      onNotification: (notification) => changes.publish(notification),
      onReady: (facts) => changes.onReady(facts),
    });
    const changes = new Changes(this.#server, log);
    this.#legacy = new LegacyFace(this.#server, changes, this.#limits);
    this.#modern = new ModernFace(this.#server, changes, this.#limits);
  }

  /** What is known of the server: for `status`, without asking it. */
  get state(): ServerState {
    return this.#server.state;
  }

  /** Clients with a session; modern ones have none. */
  get clients(): number {
    return this.#legacy.clients;
  }

  /** Takes a process over that has just been started, and opens it. */
  attach(port: StdioPort): Attachment {
    const peer = this.#server.attach(port);
    return {
      output: (chunk) => peer.receive(chunk),
      exited: (why) => this.#server.detach(peer, why, port.lastOutput()),
    };
  }

  /** Asks the server itself whether it is alive. Never rejects. */
  async check(
    { timeoutMs, signal }: { timeoutMs: number; signal?: AbortSignal },
  ): Promise<Probe> {
    const until = performance.now() + timeoutMs;
    const state = await this.#server.settled(timeoutMs, signal);
    if (state.kind !== "ready") {
      return {
        kind: "not_ready",
        reason: state.kind === "starting"
          ? "timed_out"
          : state.kind === "refused"
          ? "refused_initialize"
          : "cut",
        message: this.#server.whyNot(),
      };
    }
    const { facts } = state;
    const method = facts.era === "legacy" ? "ping" : "server/discover";
    const leftMs = Math.max(1, until - performance.now());
    const outcome = await this.#server.callOwn(method, {}, {
      timeoutMs: leftMs,
      ...(signal ? { signal } : {}),
    });
    // Any answer will do: not every server knows `ping`.
    if (outcome.kind === "error" && outcome.isOwn) {
      const { message } = outcome.error;
      return { kind: "not_ready", reason: "timed_out", message };
    }
    const { name, version, title } = facts.info;
    return {
      kind: "alive",
      era: facts.era,
      version: facts.version,
      versions: [facts.version],
      server: {
        name: String(name),
        version: String(version ?? ""),
        ...(typeof title === "string" ? { title } : {}),
      },
      capabilities: facts.capabilities,
    };
  }

  /** Answers a request of an MCP client, wherever it was sent to. */
  async fetch(request: Request): Promise<Response> {
    if (this.#isClosed) return refusal(503, "The bridge is closed");
    switch (request.method) {
      case "POST":
        return await this.#post(request);
      case "GET":
        return this.#legacy.get(request);
      case "DELETE":
        return this.#legacy.delete(request);
    }
    return new Response(null, {
      status: 405,
      headers: { Allow: "GET, POST, DELETE" },
    });
  }

  /** Ends every session and stream. The process is its supervisor's. */
  close(): void {
    this.#isClosed = true;
    this.#legacy.close();
    this.#modern.close();
  }

  async #post(request: Request): Promise<Response> {
    const message = await readBody(request, this.#limits.messageBytes);
    if (message instanceof Response) return message;
    if (message.kind === "response") {
      return await this.#legacy.post(request, message);
    }
    const header = request.headers.get(HEADER.version) ?? "";
    if (claimedVersion(message.params) === undefined && !isModern(header)) {
      return await this.#legacy.post(request, message);
    }
    // A modern client has nothing to notify of: it cancels by leaving.
    if (message.kind === "notification") {
      return new Response(null, { status: 202 });
    }
    return await this.#modern.post(request, message);
  }
}

async function readBody(
  request: Request,
  max: number,
): Promise<RpcMessage | Response> {
  if (mediaType(request.headers) !== "application/json") {
    return refusal(415, "Content-Type must be application/json");
  }
  let body: unknown;
  try {
    body = parseJson(await readText(request, max));
  } catch (thrown) {
    return isTooLarge(thrown)
      ? refusal(413, `A message may have ${max} bytes`)
      : refusal(400, "The body is not JSON");
  }
  const message = isRecord(body) ? readMessage(body) : undefined;
  return message ??
    refusal(400, "The body must be one JSON-RPC message, and no batch");
}
