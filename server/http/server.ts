/**
 * The server: one port, the guard first, then upgrades, then routes.
 *
 * The only place that starts Bun's server; everything else takes requests and
 * gives responses, or carries frames.
 */

import type { Hono } from "hono";
import type { Net } from "../links/net.ts";
import type { Socket, SocketData } from "../links/socket.ts";
import { logger } from "../log.ts";
import { isPagePath } from "./assets.ts";
import type { Assets } from "./assets.ts";
import type { BrowserSockets } from "./browser_sockets.ts";
import type { Credentials } from "./credential.ts";
import type { Guard, Refusal } from "./guard.ts";
import { secure, signInResponse } from "./headers.ts";
import type { RouteEnv } from "./routes.ts";
import { chooseCarrier, isSocketPath } from "./upgrade.ts";

const log = logger("server");

/** As the original: enough for a prompt with 10 MiB of files. */
const FRAME_MAX_BYTES = 16 * 1024 * 1024;

/** A peer that answers no ping for so long is gone. */
const SILENT_AFTER_S = 30;

/**
 * A bound behind the links' own: each stops sending at 1 MiB, and its largest
 * frame on top stays below this.
 */
const BUFFER_MAX_BYTES = 4 * 1024 * 1024;

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
    maxRequestBodySize: FRAME_MAX_BYTES,
    fetch(request, server) {
      const peer = server.requestIP(request)?.address ?? "";
      // First: the URL has the Host in it, and may be none until it is good.
      const misplaced = guard.place(request);
      if (misplaced) return refuse(misplaced, request, parts);
      if (isSignIn(request)) return serve(request, peer);
      const refusal = guard.check(request, peer);
      if (refusal) return refuse(refusal, request, parts);
      if (!isSocketPath(new URL(request.url).pathname)) {
        return serve(request, peer);
      }
      return upgrade(parts, request, server);
    },
    error(thrown) {
      log.failed("request_failed", thrown);
      return secure(new Response("Internal error", { status: 500 }));
    },
    websocket: {
      maxPayloadLength: FRAME_MAX_BYTES,
      backpressureLimit: BUFFER_MAX_BYTES,
      closeOnBackpressureLimit: true,
      idleTimeout: SILENT_AFTER_S,
      sendPings: true,
      perMessageDeflate: false,
      open: (socket) =>
        guarded(socket, () => {
          parts.sockets.add(socket);
          socket.data.carrier.opened(socket);
        }),
      message: (socket, frame) =>
        guarded(socket, () => {
          net.metrics.count("hypivisor_bytes_in_total", frame.length);
          const { carrier } = socket.data;
          if (typeof frame === "string") carrier.text(frame);
          else carrier.binary(frame);
        }),
      drain: (socket) => guarded(socket, () => socket.data.carrier.drained()),
      ping: (socket) => guarded(socket, () => socket.data.carrier.heard()),
      pong: (socket) => guarded(socket, () => socket.data.carrier.heard()),
      close: (socket, code, reason) =>
        guarded(socket, () => {
          parts.sockets.remove(socket);
          socket.data.carrier.closed(code, reason);
        }),
    },
  });

  async function serve(request: Request, peer: string): Promise<Response> {
    return secure(await parts.routes.fetch(request, { peer }));
  }
}

/** A bug in one socket's carrier ends that socket, and is logged. */
function guarded(socket: Socket, run: () => void): void {
  try {
    run();
  } catch (thrown) {
    log.failed("carrier_failed", thrown);
    socket.close(1011, "Internal error");
  }
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
    case "carrier": {
      const { carrier, subprotocol } = choice;
      const isUpgraded = server.upgrade(request, {
        data: { carrier, cookie: credentials.cookieOf(request.headers) },
        ...(subprotocol
          ? { headers: { "Sec-WebSocket-Protocol": subprotocol } }
          : {}),
      });
      if (isUpgraded) return undefined;
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
