/**
 * The bridge of a service that speaks MCP over stdin and stdout: clients reach
 * it at a Unix socket, and at a port if its file declares one, whether or not
 * its process runs at the moment.
 */

import { rmSync } from "node:fs";
import { join } from "node:path";
import { logger } from "../../log.ts";
import type { ServiceName } from "../../protocol/service.ts";
import { DEFAULT_MCP_PATH, type ProcessConfig } from "./config/config.ts";
import type { ServiceLog } from "./logs/service_log.ts";
import type { McpBridge, McpPort } from "./mcp_port.ts";
import { describeHolder } from "./process/ports.ts";

const log = logger("service_bridge");

/** What a socket's address holds; macOS has 4 fewer than Linux. */
const SOCKET_PATH_MAX_BYTES = 103;

export interface ServiceBridgeParts {
  readonly name: ServiceName;
  readonly config: ProcessConfig;
  /** Private: who can enter it may use every bridge. */
  readonly socketDir: string;
  readonly mcp: McpPort;
  readonly log: ServiceLog;
  readonly onUse: () => void;
}

export class ServiceBridge {
  readonly bridge: McpBridge;
  /** Undefined if it cannot listen there. */
  readonly socket: string | undefined;
  readonly #parts: ServiceBridgeParts;
  #isOnPort = false;
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
    this.socket = this.#listenOnSocket();
    this.listen();
  }

  /** Why clients cannot reach it. */
  get warning(): string | undefined {
    return this.#warning;
  }

  /** Listens on its port, if somebody had that before. */
  listen(): void {
    const { port } = this.#parts.config;
    if (!port || this.#isOnPort) return;
    try {
      this.bridge.listen({ port, path: this.#path });
      this.#isOnPort = true;
      this.#warning = undefined;
    } catch {
      const who = describeHolder(port);
      this.#warning =
        `Cannot be reached at port ${port}: it is taken by ${who}`;
    }
  }

  close(): void {
    this.bridge.close();
  }

  get #path(): string {
    return this.#parts.config.path ?? DEFAULT_MCP_PATH;
  }

  #listenOnSocket(): string | undefined {
    const unix = socketPath(this.#parts.socketDir, this.#parts.name);
    try {
      rmSync(unix, { force: true });
      this.bridge.listen({ unix, path: this.#path });
      return unix;
    } catch (error) {
      log.warn("listen_failed", { unix, error: (error as Error).message });
      this.#warning = `Cannot be reached: ${(error as Error).message}`;
      return undefined;
    }
  }
}

/** By its name, if an address holds that. */
function socketPath(dir: string, name: ServiceName): string {
  const plain = join(dir, `${name}.sock`);
  if (Buffer.byteLength(plain) <= SOCKET_PATH_MAX_BYTES) return plain;
  return join(dir, `${Bun.hash(name).toString(36)}.sock`);
}
