/** The probe and the tool list against servers of both eras, and bad ones. */

import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { test } from "bun:test";
import { HypivisorError } from "../server/errors.ts";
import { probeMcp } from "../server/mcp/probe.ts";
import { listTools } from "../server/mcp/tools.ts";
import { freePort } from "./harness/free_port.ts";
import {
  serveAt,
  serveEverything,
  serveModern,
  serveRaw,
} from "./harness/mcp_http.ts";
import { until } from "./harness/until.ts";

const TIMEOUT = { timeoutMs: 10_000 };

/** What the probe says of a server that is no good, and after how long. */
async function refusal(url: string, timeoutMs = 2_000) {
  const started = performance.now();
  const found = await probeMcp(url, { timeoutMs });
  const tookMs = performance.now() - started;
  assert(found.kind === "not_ready", JSON.stringify(found));
  return { ...found, tookMs };
}

test("probeMcp() finds a modern server alive, and lists its tools", async () => {
  await using server = serveModern(3);

  const found = await probeMcp(server.url, TIMEOUT);
  assert(found.kind === "alive");
  assertEquals(found.era, "modern");
  assertEquals(found.version, "2026-07-28");
  assertEquals(found.server?.name, "modern");
  const again = await probeMcp(server.url, { ...TIMEOUT, era: "legacy" });
  assertEquals(again, found);

  const list = await listTools(server.url, TIMEOUT);
  assertEquals(list.era, "modern");
  assertEquals(list.tools.map(({ name }) => name), [
    "tool_0",
    "tool_1",
    "tool_2",
  ]);
  assertEquals(list.isCut, false);
});

test("probeMcp() finds a legacy server alive, and leaves no session behind", async () => {
  await using server = await serveEverything();

  const found = await probeMcp(server.url, TIMEOUT);
  assert(found.kind === "alive", JSON.stringify(found));
  assertEquals(found.era, "legacy");
  assertEquals(found.version, "2025-11-25");
  assertEquals(found.server?.name, "mcp-servers/everything");

  const list = await listTools(server.url, { ...TIMEOUT, era: "legacy" });
  assert(list.tools.some(({ name }) => name === "echo"));
  const sessions = (word: string) => server.output().split(word).length - 1;
  await until(
    () =>
      sessions("Received session termination request") >= 2 &&
      sessions("Received session termination request") ===
        sessions("Session initialized with ID"),
    { seen: server.output },
  );
});

test("probeMcp() sees that a server wants a credential, and passes one on", async () => {
  await using inner = serveModern();
  await using server = serveAt((request) => {
    if (request.headers.get("authorization") !== "Bearer s3cret") {
      return new Response("no", { status: 401 });
    }
    return fetch(inner.url, request);
  });

  assertEquals(await probeMcp(server.url, TIMEOUT), {
    kind: "needs_auth",
    status: 401,
  });
  const headers = { Authorization: "Bearer s3cret" };
  const found = await probeMcp(server.url, { ...TIMEOUT, headers });
  assertEquals(found.kind, "alive");
  const refused = await assertRejects(
    () => listTools(server.url, TIMEOUT),
    HypivisorError,
  );
  assertEquals(
    refused.message,
    "Cannot list the tools: it wants a credential (HTTP 401)",
  );
});

test("probeMcp() says what a server does instead of answering", async () => {
  await using html = serveAt(() =>
    new Response("<!doctype html><h1>Hi</h1>", {
      headers: { "Content-Type": "text/html" },
    })
  );
  assertEquals((await refusal(html.url)).reason, "not_mcp");
  assertMatch((await refusal(html.url)).message, /a web page/);

  await using away = serveAt(() => Response.redirect("http://example.com/"));
  assertMatch((await refusal(away.url)).message, /a redirect/);

  await using lost = serveAt(() => new Response("?", { status: 404 }));
  assertMatch((await refusal(lost.url)).message, /HTTP 404/);

  await using broken = serveAt(() => new Response("?", { status: 503 }));
  assertEquals((await refusal(broken.url)).reason, "server_error");

  const port = freePort();
  const refused = await refusal(`http://127.0.0.1:${port}/mcp`);
  assertEquals(refused.reason, "refused");
  assertEquals(refused.message, "nothing listens there");

  await using other = serveAt(() => Response.json({ hello: 1 }));
  assertEquals((await refusal(other.url)).reason, "not_mcp");
});

test("probeMcp() reports a server that hangs within its time-out", async () => {
  await using silent = await serveRaw(() => {});
  const hung = await refusal(silent.url, 300);
  assertEquals(hung.reason, "timed_out");
  assertEquals(hung.message, "no answer to server/discover within 300 ms");
  assert(hung.tookMs < 1_500, `${hung.tookMs} ms`);

  // Headers, and then nothing: the time-out counts for the body as well.
  await using half = await serveRaw((socket) =>
    socket.once("data", () =>
      socket.write(
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n{",
      ))
  );
  assertEquals((await refusal(half.url, 300)).reason, "timed_out");
});

test("probeMcp() reports a server that dies in initialize", async () => {
  await using dying = await serveRaw((socket) =>
    socket.once("data", (bytes) => {
      const isInitialize = String(bytes).includes('"initialize"');
      if (isInitialize) socket.destroy();
      else {
        socket.end(
          "HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 0\r\n\r\n",
        );
      }
    })
  );
  const died = await refusal(dying.url);
  assertEquals(died.reason, "cut");
  assertMatch(died.message, /closed before the answer to initialize/);

  await using refusing = serveAt(async (request) => {
    const { id } = await request.json() as { id: number };
    return Response.json({
      jsonrpc: "2.0",
      id,
      error: { code: -32000, message: "no database" },
    });
  });
  const refused = await refusal(refusing.url);
  assertEquals(refused.reason, "refused_initialize");
  assertEquals(refused.message, "it refuses: no database");
});

test("probeMcp() stops reading an answer without end", async () => {
  const flood = new Uint8Array(65_536).fill(0x20);
  await using server = serveAt(() =>
    new Response(
      new ReadableStream({ pull: (to) => to.enqueue(flood) }),
      { headers: { "Content-Type": "application/json" } },
    )
  );
  assertEquals((await refusal(server.url, 10_000)).reason, "too_large");

  const event = new TextEncoder().encode(`data: ${"x".repeat(60_000)}\n\n`);
  await using stream = serveAt(() =>
    new Response(
      new ReadableStream({ pull: (to) => to.enqueue(event) }),
      { headers: { "Content-Type": "text/event-stream" } },
    )
  );
  assertEquals((await refusal(stream.url, 10_000)).reason, "too_large");
});

test("probeMcp() goes around a proxy that the environment names", async () => {
  await using server = serveModern();
  const before = process.env.HTTP_PROXY;
  process.env.HTTP_PROXY = `http://127.0.0.1:${freePort()}`;
  try {
    assertEquals((await probeMcp(server.url, TIMEOUT)).kind, "alive");
  } finally {
    if (before === undefined) delete process.env.HTTP_PROXY;
    else process.env.HTTP_PROXY = before;
  }
});

test("listTools() follows pages, and not for ever", async () => {
  await using server = serveAt(async (request) => {
    const { id, method, params } = await request.json() as {
      id: number;
      method: string;
      params: { cursor?: string };
    };
    const page = Number(params.cursor ?? 0);
    const result = method === "server/discover"
      ? {
        resultType: "complete",
        supportedVersions: ["2026-07-28"],
        capabilities: { tools: {} },
      }
      : { tools: [{ name: `t${page}` }], nextCursor: String(page + 1) };
    return Response.json({ jsonrpc: "2.0", id, result });
  });

  const list = await listTools(server.url, TIMEOUT);
  assertEquals(list.tools.length, 100);
  assertEquals(list.isCut, true);
});
