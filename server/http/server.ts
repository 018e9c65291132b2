/**
 * The server: one port, the guard first, then upgrades, then routes; and the
 * same on a Unix socket, without the guard.
 *
 * The only place that starts Bun's server; everything else takes requests and
 * gives responses, or carries frames.
 */

import type { Hono } from "hono";
import { chmodSync, rmSync } from "node:fs";
import type { Net } from "../links/net.ts";
import type { SocketData } from "../links/socket.ts";
import { logger } from "../log.ts";
import { isPagePath } from "./assets.ts";
import type { Assets } from "./assets.ts";
import type { BrowserSockets } from "./browser_sockets.ts";
import type { Credentials } from "./credential.ts";
import type { Guard, Refusal } from "./guard.ts";
import { secure, signInResponse } from "./headers.ts";
import { isGatewayPath } from "./mcp_gateway.ts";
import type { RouteEnv } from "./routes.ts";
import { FRAME_MAX_BYTES, socketHandlers } from "./sockets.ts";
import { chooseCarrier, isSocketPath } from "./upgrade.ts";

const log = logger("server");

/**
 * A request that has not arrived whole by then is dropped, however slowly it
 * trickles in: what comes of a head does not start this anew (Bun 1.4.5, which
 * looks every 4 s). Not for sockets, once they are upgraded.
 */
const ARRIVES_WITHIN_S = 10;

/** Longer than any call takes that waits for something to end. */
const ANSWER_WITHIN_S = 60;

export interface ServerParts {
  readonly net: Net;
  readonly guard: Guard;
  readonly credentials: Credentials;
  readonly sockets: BrowserSockets;
  readonly routes: Hono<{ Bindings: RouteEnv }>;
  readonly assets: Assets;
  readonly hold: (ms: number) => Promise<boolean>;
}

export type HttpServer = Bun.Server<SocketData>;

/** @throws {Error} with code `EADDRINUSE` if the port is taken. */
export function listen(
  parts: ServerParts,
  hostname: string,
  port: number,
): HttpServer {
  const { net, guard } = parts;
  return Bun.serve<SocketData>({
    hostname,
    port,
    idleTimeout: ARRIVES_WITHIN_S,
    maxRequestBodySize: FRAME_MAX_BYTES,
    fetch(request, server) {
      const peer = server.requestIP(request)?.address ?? "";
      // First: the URL has the Host in it, and may be none until it is good.
      const misplaced = guard.place(request);
      if (misplaced) return refuse(misplaced, request, parts);
      if (isSignIn(request)) return serve(parts, request, peer);
      const refusal = guard.check(request, peer);
      if (refusal) return refuse(refusal, request, parts);
      return answer(parts, request, server, peer);
    },
    error: failed,
    websocket: socketHandlers(net, parts.sockets),
  });
}

/**
 * Listens on a Unix socket for programs of this user: who can open it, in a
 * folder that only this user enters, needs no other credential. Names of hosts
 * mean nothing here, and browsers have no business here.
 *
 * @throws {Error} if the path is too long for one, or cannot be written.
 */
export function listenLocally(parts: ServerParts, path: string): HttpServer {
  // A dead daemon's: the folder is locked, so nobody else listens there.
  rmSync(path, { force: true });
  const before = process.umask(0o177);
  try {
    const server: HttpServer = Bun.serve<SocketData>({
      unix: path,
      maxRequestBodySize: FRAME_MAX_BYTES,
      fetch(request, server) {
        if (request.headers.has("origin") || !URL.canParse(request.url)) {
          return secure(new Response("Forbidden", { status: 403 }));
        }
        return answer(parts, request, server, "local");
      },
      error: failed,
      websocket: socketHandlers(parts.net, parts.sockets),
    });
    chmodSync(path, 0o600);
    return server;
  } finally {
    process.umask(before);
  }
}

/** For a request that may pass. */
function answer(
  parts: ServerParts,
  request: Request,
  server: HttpServer,
  peer: string,
): Response | Promise<Response> | undefined {
  if (isSocketPath(new URL(request.url).pathname)) {
    return upgrade(parts, request, server);
  }
  server.timeout(request, patienceS(new URL(request.url).pathname));
  return serve(parts, request, peer);
}

/**
 * How long nothing may be said while a request is answered; 0 is for ever.
 * Ending an agent takes longer than Bun waits by itself, a service has as long
 * as its file gives it, and a stream of MCP says nothing where there is nothing
 * to say.
 */
export function patienceS(path: string): number {
  const isLong = isGatewayPath(path) || path.startsWith("/api/services/");
  return isLong ? 0 : ANSWER_WITHIN_S;
}

async function serve(
  parts: ServerParts,
  request: Request,
  peer: string,
): Promise<Response> {
  return secure(await parts.routes.fetch(request, { peer }));
}

function failed(thrown: Error): Response {
  log.failed("request_failed", thrown);
  return secure(new Response("Internal error", { status: 500 }));
}

function isSignIn(request: Request): boolean {
  return request.method === "POST" &&
    new URL(request.url).pathname === "/api/session";
}

function upgrade(
  { net, credentials }: ServerParts,
  request: Request,
  server: HttpServer,
): Response | undefined {
  const choice = chooseCarrier(net, request);
  switch (choice.kind) {
    case "not_found":
      return secure(new Response("Not Found", { status: 404 }));
    case "bad_request":
      return secure(new Response(choice.message, { status: 400 }));
    case "unavailable":
      return secure(new Response(choice.message, { status: 503 }));
    case "carrier": {
      const { carrier, subprotocol } = choice;
      const isUpgraded = server.upgrade(request, {
        data: { carrier, cookie: credentials.cookieOf(request.headers) },
        ...(subprotocol
          ? { headers: { "Sec-WebSocket-Protocol": subprotocol } }
          : {}),
      });
      if (isUpgraded) return undefined;
      carrier.refused?.();
      return secure(new Response("Bad Request", { status: 400 }));
    }
  }
}

async function refuse(
  refusal: Refusal,
  request: Request,
  { assets, hold }: ServerParts,
): Promise<Response> {
  const isHeld = await hold(refusal.waitMs);
  if (!isHeld) {
    return secure(
      new Response("Too many wrong guesses", {
        status: 429,
        headers: { "Retry-After": "5" },
      }),
    );
  }
  const wantsPage = refusal.status === 401 && request.method === "GET" &&
    isPagePath(new URL(request.url).pathname) &&
    (request.headers.get("accept") ?? "").includes("text/html");
  return secure(
    wantsPage
      ? signInResponse(assets.signInPage())
      : new Response(refusal.message, { status: refusal.status }),
  );
}
