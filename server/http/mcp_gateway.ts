/**
 * `/mcp/NAME`: MCP with a service, behind the daemon's own guard. A request is
 * passed on as it is, and the answer comes back as it comes.
 *
 * One that only runs when it is used is started. What is spoken is not read.
 */

import { HypivisorError } from "../errors.ts";
import type { ServiceName, ServiceRecord } from "../protocol/service.ts";
import type { Core } from "../rpc/core.ts";
import { services } from "../rpc/service_methods.ts";

/** Where a service speaks that does not say where. */
const USUAL_PATH = "/mcp";

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
  const service = await ready(core, name as ServiceName);
  const { port, socket, path = USUAL_PATH } = service;
  const host = port === undefined ? "localhost" : `127.0.0.1:${port}`;
  const hasBody = request.method === "POST";
  try {
    const response = await fetch(`http://${host}${path}`, {
      method: request.method,
      headers: only(request.headers, ASKED),
      signal: request.signal,
      redirect: "manual",
      ...(hasBody ? { body: await request.arrayBuffer() } : {}),
      ...(socket === undefined ? {} : { unix: socket }),
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

async function ready(core: Core, name: ServiceName): Promise<ServiceRecord> {
  const desk = services(core);
  const service = core.children?.findService(name);
  if (!service) {
    throw new HypivisorError("not_found", `Cannot find service "${name}"`);
  }
  const { transport, port, socket, state } = service;
  const isReachable = transport === "stdio"
    ? socket !== undefined || port !== undefined
    : transport === "http" && port !== undefined;
  if (!isReachable) {
    throw new HypivisorError("conflict", `Service "${name}" speaks no MCP`);
  }
  // A bridge is there before its process, and starts it by itself.
  if (transport === "stdio" || state.kind === "running") return service;
  return await desk.call("services_touch", { name });
}

function only(headers: Headers, wanted: RegExp): Headers {
  const kept = new Headers();
  for (const [name, value] of headers) {
    if (wanted.test(name)) kept.set(name, value);
  }
  return kept;
}
