/** Where MCP is spoken with a service, as a program of this machine finds it. */

import { HypivisorError } from "../../errors.ts";
import type { ServiceRecord } from "../../protocol/service.ts";
import type { RpcSocket } from "../rpc_socket.ts";
import { ACT_WITHIN_MS, listServices } from "./acts.ts";

/** Where a service speaks that does not say where. */
const USUAL_PATH = "/mcp";

export interface McpPlace {
  readonly url: string;
  /** The Unix socket that is spoken to, whatever the URL names. */
  readonly unix?: string;
}

/** Undefined for one that speaks no MCP, or whose file is not good. */
export function placeOf(service: ServiceRecord): McpPlace | undefined {
  const { transport, port, socket, path = USUAL_PATH } = service;
  if (transport === "none") return undefined;
  if (transport === "stdio" && socket !== undefined) {
    return { url: `http://localhost${path}`, unix: socket };
  }
  if (port === undefined) return undefined;
  return { url: `http://127.0.0.1:${port}${path}` };
}

export function speaksNoMcp(name: string): string {
  return `Service "${name}" speaks no MCP: its file names neither a port nor transport "stdio"`;
}

/**
 * Finds a service and starts it, if it only runs when it is used.
 *
 * @throws {HypivisorError} `not_found`, or `conflict` if it speaks no MCP.
 */
export async function reachMcp(
  rpc: RpcSocket,
  name: string,
): Promise<McpPlace> {
  const service = (await listServices(rpc)).find((one) => one.name === name);
  if (!service) {
    throw new HypivisorError("not_found", `no such server \`${name}\``);
  }
  const place = placeOf(service);
  if (!place) {
    throw new HypivisorError("conflict", speaksNoMcp(name));
  }
  const isAsleep = service.start === "lazy" && service.desired === "up" &&
    service.state.kind === "stopped";
  if (isAsleep && place.unix === undefined) {
    await rpc.call("start_services", { names: [name] }, ACT_WITHIN_MS);
  }
  return place;
}
