/**
 * The listener: a port of this agent's own, for clients of the original.
 *
 * Only there if `PI_SOCKET_PORT` is set. Binds instead of probing, so that the
 * port it names is the port it has; keeps no client that does not read.
 */

import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import type { WebSocket as Client } from "ws";
import { CLOSE } from "../server/protocol/close.ts";
import type { Receipt } from "../server/protocol/event.ts";
import type { Boundary } from "./boundary.ts";
import { LegacyClient, type LegacyHost, serialize } from "./legacy_client.ts";
import { refusalOf, tokenFor } from "./listener_access.ts";
import type { Log } from "./log.ts";

/** As many agents as may start at once beside one another. */
const PORTS_TRIED = 100;
/** Past it an update is skipped: the next one holds all of it. */
const SKIP_OVER_BYTES = 1024 * 1024;
/** Past it the client is sent away: it reads nothing any more. */
const BUFFERED_MAX_BYTES = 4 * 1024 * 1024;
/** An attachment of 10 MiB in base64, and its frame. */
const FRAME_MAX_BYTES = 15 * 1024 * 1024;
const CLIENTS_MAX = 50;

const STATUS_TEXT = { 401: "Unauthorized", 403: "Forbidden", 503: "Busy" };

/** Events that the original passes on as pi gives them. */
export const NATIVE_EVENTS = [
  "message_start",
  "message_update",
  "message_end",
  "tool_execution_start",
  "tool_execution_update",
  "tool_execution_end",
] as const;

export class Listener {
  readonly #host: LegacyHost;
  readonly #boundary: Boundary;
  readonly #log: Log;
  readonly #clients = new Map<Client, LegacyClient>();
  #server: Server | undefined;

  constructor(host: LegacyHost, boundary: Boundary, log: Log) {
    this.#host = host;
    this.#boundary = boundary;
    this.#log = log;
  }

  /** Resolves to the bound port; 0 if it could not listen. Never rejects. */
  async open(env: NodeJS.ProcessEnv): Promise<number> {
    const host = env.PI_SOCKET_HOST || "127.0.0.1";
    const first = Number(env.PI_SOCKET_PORT);
    try {
      if (!Number.isInteger(first) || first < 0 || first > 65_535) {
        throw new Error("Cannot read PI_SOCKET_PORT: must be 0 to 65535");
      }
      await tokenFor(env, host);
      const { WebSocketServer } = await import("ws");
      const sockets = new WebSocketServer({
        noServer: true,
        maxPayload: FRAME_MAX_BYTES,
      });
      const server = createServer((_request, response) => {
        response.writeHead(404).end("Not Found");
      });
      const upgrade = async (
        request: IncomingMessage,
        socket: Duplex,
        head: Buffer,
      ) => {
        socket.on("error", () => {}); // Gone before it was let in.
        const refusal = this.#clients.size >= CLIENTS_MAX
          ? 503
          : refusalOf(request, await tokenFor(env, host));
        if (refusal) return refuse(socket, refusal);
        sockets.handleUpgrade(request, socket, head, (client) => {
          this.#welcome(client);
        });
      };
      server.on("upgrade", this.#boundary("listener.upgrade", upgrade));
      this.#server = server;
      const port = await bind(server, host, first);
      server.unref();
      this.#log.write("info", "listener", "listening", { host, port });
      return port;
    } catch (thrown) {
      this.#log.write("warn", "listener", "cannot listen", {
        error: thrown instanceof Error ? thrown.message : String(thrown),
      });
      return 0;
    }
  }

  /** Another session: everybody gets the conversation anew. */
  sessionBegan(): void {
    for (const client of this.#clients.values()) client.init();
  }

  receipt(receipt: Receipt): void {
    for (const client of this.#clients.values()) client.receipt(receipt);
  }

  /** Passes on one of pi's own events. */
  relay(event: { readonly type: string; readonly message?: unknown }): void {
    if (this.#clients.size === 0) return;
    // pi's whole prompt, since 0.86: the original's clients do not know it.
    if ((event.message as { role?: unknown })?.role === "system") return;
    const text = serialize(event);
    const isUpdate = event.type.endsWith("_update");
    for (const client of this.#clients.keys()) {
      if (isUpdate && client.bufferedAmount > SKIP_OVER_BYTES) continue;
      this.#send(client, text);
    }
  }

  /** Ends every client, and frees the port. */
  close(): void {
    for (const client of this.#clients.keys()) client.close(CLOSE.goingAway);
    this.#clients.clear();
    this.#server?.close();
  }

  #welcome(client: Client): void {
    const legacy = new LegacyClient(
      this.#host,
      (text) => this.#send(client, text),
    );
    this.#clients.set(client, legacy);
    client.on("error", () => {}); // Its close follows.
    client.on("close", () => void this.#clients.delete(client));
    client.on(
      "message",
      this.#boundary("listener.message", (data: unknown, isBinary: unknown) => {
        if (!isBinary) return legacy.take(String(data));
      }),
    );
    legacy.init();
  }

  #send(client: Client, text: string): void {
    if (client.readyState !== client.OPEN) return;
    if (client.bufferedAmount > BUFFERED_MAX_BYTES) {
      this.#log.write("warn", "listener", "client too slow");
      client.close(CLOSE.tooSlow, "Too slow: over 4 MiB waits");
      // It does not read, so it will not answer the close either.
      client.terminate();
      return;
    }
    client.send(text);
  }
}

/** Binds the first free port from `first` on; 0 lets the system choose. */
async function bind(
  server: Server,
  host: string,
  first: number,
): Promise<number> {
  const last = first === 0 ? 0 : Math.min(first + PORTS_TRIED, 65_535);
  for (let port = first; port <= last; port++) {
    const error = await new Promise<NodeJS.ErrnoException | undefined>(
      (resolve) => {
        server.once("error", resolve);
        server.listen(port, host, () => {
          server.removeListener("error", resolve);
          resolve(undefined);
        });
      },
    );
    if (!error) {
      server.on("error", () => {}); // A later one has no reader, and no harm.
      return (server.address() as AddressInfo).port;
    }
    if (error.code !== "EADDRINUSE") throw error;
  }
  throw new Error(`Cannot listen: no free port from ${first} to ${last}`);
}

function refuse(socket: Duplex, status: 401 | 403 | 503): void {
  const text = STATUS_TEXT[status];
  socket.end(
    `HTTP/1.1 ${status} ${text}\r\nContent-Length: ${text.length}\r\n` +
      `Connection: close\r\n\r\n${text}`,
  );
}
