/**
 * A bridge on a port of its own: loopback only, and closed to web pages.
 *
 * A page may point a name of its own at this machine, or post to it from
 * elsewhere; the first shows in `Host`, the second in `Origin`. A credential is
 * wanted where one is given. The supervisor opens and stops it.
 */

import { timingSafeEqual } from "node:crypto";
import type { Bridge } from "./bridge.ts";
import { refusal } from "./bridge_legacy.ts";

export interface BridgeServerOptions {
  /** 0 chooses a free one. */
  readonly port: number;
  /** Where MCP is spoken, as in the service's file. */
  readonly path: string;
  /** Wanted as `Authorization: Bearer …`; all of this machine is let in without. */
  readonly token?: string;
}

export interface BridgeServer {
  readonly port: number;
  /** Closes the port and what is open on it. The bridge lives on. */
  stop(): Promise<void>;
}

/**
 * Serves a bridge on 127.0.0.1.
 *
 * @throws what `listen` says, `EADDRINUSE` above all.
 */
export function serveBridge(
  bridge: Bridge,
  { port, path, token }: BridgeServerOptions,
): BridgeServer {
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port,
    // Calls may be silent for long; their streams are kept alive from here.
    idleTimeout: 0,
    fetch: (request) => {
      const { pathname } = new URL(request.url);
      if (pathname !== path) return refusal(404, `MCP is spoken at ${path}`);
      return checkPlace(request.headers) ?? checkToken(request, token) ??
        bridge.fetch(request);
    },
  });
  return { port: server.port!, stop: () => server.stop(true) };
}

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
