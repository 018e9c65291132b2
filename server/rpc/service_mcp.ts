/**
 * Where MCP is spoken with a service, and what tools it has there.
 *
 * A service that only runs when it is used is started by asking. Used by the
 * table of calls and by the gateway at `/mcp/NAME`.
 */

import type { ServiceDesk } from "../children/service_desk.ts";
import { HypivisorError } from "../errors.ts";
import { listTools } from "../mcp/tools.ts";
import type { ServiceRecord } from "../protocol/service.ts";
import type { ServiceTools } from "../protocol/service_tools.ts";

/** Where a service speaks that does not say where. */
const USUAL_PATH = "/mcp";

/** Shorter than a page waits for any answer. */
const TOOLS_WITHIN_MS = 20_000;

export interface McpPlace {
  readonly url: string;
  /** The Unix socket that is spoken to, whatever the URL names. */
  readonly unix: string | undefined;
}

/**
 * Finds the service, and starts it if need be.
 *
 * @throws {HypivisorError} `not_found`, `conflict` or `unavailable`.
 */
export async function reachMcp(
  desk: ServiceDesk,
  name: string,
): Promise<McpPlace> {
  const { port, socket, path = USUAL_PATH } = await ready(desk, name);
  const host = port === undefined ? "localhost" : `127.0.0.1:${port}`;
  return { url: `http://${host}${path}`, unix: socket };
}

/**
 * Without what only a model reads of them.
 *
 * @throws {HypivisorError} As `reachMcp`; `unavailable` if it does not answer.
 */
export async function toolsOf(
  desk: ServiceDesk,
  name: string,
): Promise<ServiceTools> {
  const { url, unix } = await reachMcp(desk, name);
  const { tools, isCut } = await listTools(url, {
    timeoutMs: TOOLS_WITHIN_MS,
    unix,
  });
  const shown = tools.map(({ name, title, description }) => ({
    name,
    ...(title === undefined ? {} : { title }),
    ...(description === undefined ? {} : { description }),
  }));
  return { tools: shown, isCut };
}

async function ready(desk: ServiceDesk, name: string): Promise<ServiceRecord> {
  const service = desk.list().find((one) => one.name === name);
  if (!service) {
    throw new HypivisorError("not_found", `Cannot find service "${name}"`);
  }
  const { transport, port, socket, state } = service;
  const isReachable = transport === "stdio"
    ? socket !== undefined || port !== undefined
    : transport === "http";
  if (!isReachable) {
    throw new HypivisorError("conflict", `Service "${name}" speaks no MCP`);
  }
  // A bridge is there before its process, and starts it by itself.
  if (transport === "stdio" || state.kind === "running") return service;
  // Only now it has a port, if it is given one.
  return await desk.call("services_touch", { name });
}
