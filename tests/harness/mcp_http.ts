/** MCP servers over HTTP for tests: real ones, and ones that misbehave. */

import { freePort } from "./free_port.ts";
import { createMcpHandler, McpServer } from "@modelcontextprotocol/server";
import { createServer, type Server, type Socket } from "node:net";
import { until } from "./until.ts";

export interface HttpServer extends AsyncDisposable {
  readonly url: string;
}

/** Serves `fetch` at `/mcp` on a free port. */
export function serveAt(
  fetch: (request: Request) => Response | Promise<Response>,
): HttpServer {
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    idleTimeout: 0,
    fetch,
  });
  return {
    url: `http://127.0.0.1:${server.port}/mcp`,
    [Symbol.asyncDispose]: () => server.stop(true),
  };
}

/** A modern server of the official SDK, with `count` tools. */
export function serveModern(count = 1): HttpServer {
  const handler = createMcpHandler(() => {
    const server = new McpServer({ name: "modern", version: "2.0.0" });
    for (let i = 0; i < count; i++) {
      server.registerTool(
        `tool_${i}`,
        { description: `Tool ${i}` },
        () => ({ content: [{ type: "text", text: `${i}` }] }),
      );
    }
    return server;
  }, { legacy: "reject" });
  return serveAt((request) => handler.fetch(request));
}

/** Speaks raw TCP: `onConnection` may do as badly as it likes. */
export async function serveRaw(
  onConnection: (socket: Socket) => void,
): Promise<HttpServer> {
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    onConnection(socket);
  });
  await new Promise<void>((resolve) =>
    server.listen(0, "127.0.0.1", () => resolve())
  );
  const { port } = server.address() as { port: number };
  return {
    url: `http://127.0.0.1:${port}/mcp`,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** `server-everything` from npm, over streamable HTTP, in its own process. */
export async function serveEverything(): Promise<
  HttpServer & { readonly output: () => string }
> {
  const port = freePort();
  const child = Bun.spawn(
    [
      process.execPath,
      "node_modules/@modelcontextprotocol/server-everything/dist/index.js",
      "streamableHttp",
    ],
    {
      env: { ...process.env, PORT: String(port) },
      stdin: "ignore",
      stdout: "pipe",
      stderr: "pipe",
    },
  );
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    void (async () => {
      for await (const chunk of stream) output += Buffer.from(chunk);
    })();
  }
  await until(() => output.includes("listening on port"), {
    withinMs: 30_000,
    seen: () => output,
  });
  return {
    url: `http://127.0.0.1:${port}/mcp`,
    output: () => output,
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await child.exited;
    },
  };
}
