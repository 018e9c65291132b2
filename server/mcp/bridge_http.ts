/**
 * A bridge at a place of its own: a port of loopback, closed to web pages, or a
 * Unix socket, for the daemon that has its own guard in front.
 *
 * A page may point a name of its own at this machine, or post to it from
 * elsewhere; the first shows in `Host`, the second in `Origin`. On a port every
 * user of the machine is let in, unless a token is wanted. The supervisor opens
 * and stops it.
 */

import { timingSafeEqual } from "node:crypto";
import type { Bridge } from "./bridge.ts";
import { refusal } from "./bridge_legacy.ts";

export type BridgePlace =
  /** Of 127.0.0.1; 0 chooses a free one. */
  | { readonly port: number }
  /** A path. Who may connect is decided by the folder it is in. */
  | { readonly unix: string };

export type BridgeServerOptions = BridgePlace & {
  /** Where MCP is spoken, as in the service's file. */
  readonly path: string;
  /** Wanted as `Authorization: Bearer …`. */
  readonly token?: string;
};

export interface BridgeServer {
  /** Undefined on a Unix socket. */
  readonly port: number | undefined;
  /** Closes the place and what is open on it. The bridge lives on. */
  stop(): Promise<void>;
}

/**
 * Serves a bridge.
 *
 * @throws what `listen` says, `EADDRINUSE` above all.
 */
export function serveBridge(
  bridge: Bridge,
  options: BridgeServerOptions,
): BridgeServer {
  const { path, token } = options;
  const isPublic = "port" in options;
  const fetch = (request: Request): Response | Promise<Response> => {
    const { pathname } = new URL(request.url);
    if (pathname !== path) return refusal(404, `MCP is spoken at ${path}`);
    return (isPublic ? checkPlace(request.headers) : undefined) ??
      checkToken(request, token) ?? bridge.fetch(request);
  };
  const server = isPublic
    ? Bun.serve({
      hostname: "127.0.0.1",
      port: options.port,
      ...NEVER_IDLE,
      fetch,
    })
    : Bun.serve({ unix: options.unix, ...NEVER_IDLE, fetch });
  return { port: server.port, stop: () => server.stop(true) };
}

/**
 * Calls may be silent for long; their streams are kept alive from here. In Bun
 * 1.4.5 it works for Unix sockets, too, though its types deny that, and setting
 * it for one request there does nothing.
 */
const NEVER_IDLE: object = { idleTimeout: 0 };

/** Refuses what does not come to, and from, a name of this machine. */
export function checkPlace(headers: Headers): Response | undefined {
  const host = headers.get("host");
  if (!isOwnName(`http://${host ?? ""}`)) {
    return refusal(403, "Forbidden: unknown Host");
  }
  const origin = headers.get("origin");
  if (origin !== null && !isOwnName(origin)) {
    return refusal(403, "Forbidden: foreign Origin");
  }
  return undefined;
}

function isOwnName(url: string): boolean {
  if (!URL.canParse(url)) return false;
  const { hostname } = new URL(url);
  return hostname === "localhost" || hostname.endsWith(".localhost") ||
    hostname === "127.0.0.1" || hostname === "[::1]";
}

function checkToken(
  request: Request,
  token: string | undefined,
): Response | undefined {
  if (token === undefined) return undefined;
  const given = request.headers.get("authorization") ?? "";
  const hash = (text: string) =>
    new Bun.CryptoHasher("sha256").update(text).digest();
  // Of hashes, which have one length whatever was given.
  if (timingSafeEqual(hash(given), hash(`Bearer ${token}`))) return undefined;
  return refusal(401, "Unauthorized");
}
