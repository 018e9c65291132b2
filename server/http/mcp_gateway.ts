/**
 * `/mcp/NAME`: MCP with a service, behind the daemon's own guard. A request is
 * passed on as it is, and the answer comes back as it comes.
 *
 * One that only runs when it is used is started. What is spoken is not read.
 */

import { HypivisorError } from "../errors.ts";
import type { Core } from "../rpc/core.ts";
import { reachMcp } from "../rpc/service_mcp.ts";
import { services } from "../rpc/service_methods.ts";

/** What MCP says in headers; credentials for the daemon are not among them. */
const ASKED = /^(accept|content-type|last-event-id|mcp-.+)$/;
const ANSWERED = /^(content-type|cache-control|allow|retry-after|mcp-.+)$/;

/** Whether a path is a service's. */
export function isGatewayPath(pathname: string): boolean {
  return pathname.startsWith("/mcp/");
}

/** @throws {HypivisorError} `not_found`, `conflict` or `unavailable`. */
export async function passToService(
  request: Request,
  core: Core,
  name: string,
): Promise<Response> {
  const { url, unix } = await reachMcp(services(core), name);
  const hasBody = request.method === "POST";
  try {
    const response = await fetch(url, {
      method: request.method,
      headers: only(request.headers, ASKED),
      signal: request.signal,
      redirect: "manual",
      ...(hasBody ? { body: await request.arrayBuffer() } : {}),
      ...(unix === undefined ? {} : { unix }),
      // A pooled connection may belong to a process that has ended since.
      keepalive: false,
      // HTTP_PROXY means the world, not this machine. `false` works in Bun
      // 1.4.5 and is missing from its types.
      ...{ proxy: false },
    } as RequestInit);
    return new Response(response.body, {
      status: response.status,
      headers: only(response.headers, ANSWERED),
    });
  } catch (cause) {
    throw new HypivisorError(
      "unavailable",
      `Cannot reach service "${name}": ${(cause as Error).message}`,
      { cause },
    );
  }
}

function only(headers: Headers, wanted: RegExp): Headers {
  const kept = new Headers();
  for (const [name, value] of headers) {
    if (wanted.test(name)) kept.set(name, value);
  }
  return kept;
}
