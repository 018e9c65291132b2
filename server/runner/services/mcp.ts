/** MCP as services need it, joined from the parts that speak it. */

import { Bridge } from "../../mcp/bridge.ts";
import {
  type BridgeServer,
  type BridgeServerOptions,
  serveBridge,
} from "../../mcp/bridge_http.ts";
import type { Era } from "../../mcp/era.ts";
import { probeMcp } from "../../mcp/probe.ts";
import type { McpBridge, McpPort } from "./mcp_port.ts";

export const MCP: McpPort = {
  probe: (url, { timeoutMs, era }) =>
    probeMcp(url, { timeoutMs, era: era as Era | undefined }),
  openBridge: (parts) => new ServedBridge(parts),
};

/** A bridge with a port of its own, that tells when it is used. */
class ServedBridge extends Bridge implements McpBridge {
  readonly #onUse: () => void;
  readonly #servers: BridgeServer[] = [];

  constructor(parts: Parameters<McpPort["openBridge"]>[0]) {
    super(parts);
    this.#onUse = parts.onUse;
  }

  override fetch(request: Request): Promise<Response> {
    this.#onUse();
    return super.fetch(request);
  }

  listen(place: BridgeServerOptions): void {
    this.#servers.push(serveBridge(this, place));
  }

  override close(): void {
    super.close();
    for (const server of this.#servers) void server.stop();
  }
}
