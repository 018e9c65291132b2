/**
 * A server over HTTP on `$PORT`, run by `bun mcp_http_child.ts HOW`: a modern
 * one of the official SDK, or one that does what `how` says.
 */

const how = process.argv[2] ?? "";

/** Loaded where it is wanted: the others are to be there at once. */
const sdk = how === "modern"
  ? await import("@modelcontextprotocol/server")
  : undefined;

const modern = sdk?.createMcpHandler(
  () => new sdk.McpServer({ name: "modern", version: "2.0.0" }),
  { legacy: "reject" },
);

const ANSWERS: Readonly<
  Record<string, (request: Request) => Response | Promise<Response>>
> = {
  modern: (request) => modern?.fetch(request) ?? new Response(),
  auth: () => new Response("no", { status: 401 }),
  hang: () => new Promise(() => {}),
  html: () =>
    new Response("<!doctype html><h1>Hi</h1>", {
      headers: { "Content-Type": "text/html" },
    }),
  flood: () =>
    new Response(
      new ReadableStream({ pull: (to) => to.enqueue(new Uint8Array(65_536)) }),
      { headers: { "Content-Type": "application/json" } },
    ),
};

Bun.serve({
  hostname: "127.0.0.1",
  port: process.env.PORT ?? "",
  idleTimeout: 0,
  fetch: (request) =>
    ANSWERS[how]?.(request) ?? new Response("?", { status: 404 }),
});
