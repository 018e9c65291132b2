/**
 * The bridge of a service that speaks MCP over stdin and stdout: clients reach
 * it at the service's port, whether or not its process runs at the moment.
 */

import type { ServiceName } from "../../protocol/service.ts";
import { DEFAULT_MCP_PATH, type ProcessConfig } from "./config/config.ts";
import type { ServiceLog } from "./logs/service_log.ts";
import type { McpBridge, McpPort } from "./mcp_port.ts";
import { describeHolder } from "./process/ports.ts";

export interface ServiceBridgeParts {
  readonly name: ServiceName;
  readonly config: ProcessConfig;
  readonly port: number;
  readonly mcp: McpPort;
  readonly log: ServiceLog;
  readonly onUse: () => void;
}

export class ServiceBridge {
  readonly bridge: McpBridge;
  readonly #parts: ServiceBridgeParts;
  #isListening = false;
  #warning: string | undefined;

  constructor(parts: ServiceBridgeParts) {
    this.#parts = parts;
    const { name, mcp, log, onUse } = parts;
    const noise = log.open("out");
    this.bridge = mcp.openBridge({
      name,
      log: (line) => noise.take(Buffer.from(`${line}\n`)),
      onUse,
    });
    this.listen();
  }

  /** Why no client can reach it. */
  get warning(): string | undefined {
    return this.#warning;
  }

  /** Listens, if it does not yet. Someone may have had the port before. */
  listen(): void {
    const { port, config } = this.#parts;
    if (this.#isListening) return;
    try {
      this.bridge.listen({ port, path: config.path ?? DEFAULT_MCP_PATH });
      this.#isListening = true;
      this.#warning = undefined;
    } catch {
      const who = describeHolder(port);
      this.#warning = `No client can reach it: port ${port} is taken by ${who}`;
    }
  }

  close(): void {
    this.bridge.close();
  }
}
