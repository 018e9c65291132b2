/** Servers behind a bridge that misbehave, and clients that do. */

import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { test } from "bun:test";
import { mkdtemp, rm } from "node:fs/promises";
import { connect as connectTcp } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { serveBridge } from "../server/mcp/bridge_http.ts";
import { probeMcp } from "../server/mcp/probe.ts";
import { listTools } from "../server/mcp/tools.ts";
import { Bridged, callText, connect, SERVERS } from "./harness/mcp_bridged.ts";
import { until } from "./harness/until.ts";

const MIB = 1024 * 1024;

/** What the probe and the supervisor's own check say of a server. */
async function refusals(bridged: Bridged, timeoutMs = 1_500) {
  const started = performance.now();
  const [probe, check] = await Promise.all([
    probeMcp(bridged.url, { timeoutMs }),
    bridged.bridge.check({ timeoutMs }),
  ]);
  assert(probe.kind === "not_ready", JSON.stringify(probe));
  assert(check.kind === "not_ready", JSON.stringify(check));
  return { probe, check, tookMs: performance.now() - started };
}

test("a server that never answers initialize is reported in time", async () => {
  await using bridged = new Bridged(SERVERS.child("hangs"));
  const { probe, check, tookMs } = await refusals(bridged, 500);
  assertEquals(probe.reason, "timed_out");
  assertEquals(check.reason, "timed_out");
  assertMatch(check.message, /still starting: no answer to initialize/);
  assert(tookMs < 2_000, `${tookMs} ms`);

  // A client is told the same, once it has waited long enough.
  await using short = new Bridged(SERVERS.child("hangs"), { startWaitMs: 200 });
  const refused = await assertRejects(() => connect(short.url, "legacy"));
  assertMatch(String(refused), /still starting: no answer to initialize/);
});

test("a server that dies in initialize is reported with its last words", async () => {
  for (const how of ["dies_in_initialize", "dies_at_start"]) {
    await using bridged = new Bridged(SERVERS.child(how));
    await until(() => bridged.bridge.state.kind === "down");
    const { probe, check } = await refusals(bridged);
    const [code, words] = how === "dies_at_start"
      ? [7, "Cannot find module 'left-pad'"]
      : [3, "FATAL: no database"];
    const expected =
      `Service "test" ended: exit code ${code} before it answered initialize. Its last output: ${words}`;
    assertEquals(check.message, expected);
    assertMatch(probe.message, new RegExp(words));
    const refused = await assertRejects(() => connect(bridged.url, "legacy"));
    assertMatch(String(refused), new RegExp(words));
  }
});

test("a server that refuses initialize is reported as that", async () => {
  await using bridged = new Bridged(SERVERS.child("refuses"));
  await until(() => bridged.bridge.state.kind === "refused");
  const { probe, check } = await refusals(bridged);
  assertEquals(check.reason, "refused_initialize");
  assertEquals(
    check.message,
    'Service "test" refuses: licence has expired',
  );
  assertMatch(probe.message, /licence has expired/);
});

test("a server that floods stdout still answers, and memory stays bounded", async () => {
  await using bridged = new Bridged(SERVERS.child("floods"));
  await using client = await connect(bridged.url, "legacy");
  const before = process.memoryUsage.rss();
  for (let i = 0; i < 20; i++) {
    assertEquals(await callText(client, "x"), "fine");
  }
  await until(() => bridged.noise.length > 50_000, { withinMs: 20_000 });
  bridged.noise.length = 0;
  assertEquals(await callText(client, "x"), "fine");
  const grownMib = (process.memoryUsage.rss() - before) / MIB;
  assert(grownMib < 300, `${grownMib} MiB`);
});

test("a server that dies fails every call in flight, with its last words", async () => {
  await using bridged = new Bridged(SERVERS.child("dies_later"));
  await using client = await connect(bridged.url, "legacy");
  const waiting = Array.from(
    { length: 5 },
    () => client.callTool({ name: "wait", arguments: {} }).catch(String),
  );
  await until(() => bridged.stderr.split("waiting").length > 5);

  const dying = await client.callTool({ name: "die", arguments: {} })
    .catch(String);
  for (const error of [dying, ...await Promise.all(waiting)]) {
    assertMatch(
      String(error),
      /Service "test" ended: exit code 9\. Its last output: [^]*panic: index out of range/,
    );
  }
  const refused = await client.callTool({ name: "x", arguments: {} })
    .catch(String);
  assertMatch(String(refused), /ended: exit code 9/);
});

test("a server that is stopped in its tracks is seen, and seen to go on", async () => {
  await using bridged = new Bridged(SERVERS.everything());
  await until(() => bridged.bridge.state.kind === "ready");
  bridged.child.kill("SIGSTOP");
  const hung = await bridged.bridge.check({ timeoutMs: 300 });
  assert(hung.kind === "not_ready", JSON.stringify(hung));
  assertEquals(hung.reason, "timed_out");
  assertEquals(bridged.bridge.state.kind, "ready");

  bridged.child.kill("SIGCONT");
  const again = await bridged.bridge.check({ timeoutMs: 5_000 });
  assertEquals(again.kind, "alive");
});

test("a server that says odd things is answered, and served all the same", async () => {
  await using bridged = new Bridged(SERVERS.child("odd"));
  await using client = await connect(bridged.url, "legacy");
  await client.setLoggingLevel("debug");
  assertEquals(await callText(client, "x"), "fine");

  await until(() => bridged.stderr.split('"id":"d"').length === 3);
  const answers = bridged.stderr.split("\n").filter((line) =>
    line.startsWith("{")
  ).map((line) => JSON.parse(line) as { id: string; error?: unknown });
  assertEquals(answers.map(({ id, error }) => [id, error !== undefined]), [
    ["a", true],
    ["b", true],
    ["c", true],
    ["d", false],
    ["d", false],
  ]);
  assertMatch(bridged.stderr, /name them in its arguments/);
  assertMatch(bridged.noise.join("\n"), /Hello/);
});

test("an answer that is too large fails its call, and no other", async () => {
  await using bridged = new Bridged(SERVERS.child("large"));
  await using client = await connect(bridged.url, "legacy");
  for (const name of ["big", "big_last"]) {
    const refused = await client.callTool({ name, arguments: {} })
      .catch(String);
    assertMatch(String(refused), /over the 4194304 that are passed on/);
  }
  assertEquals(await callText(client, "x"), "fine");
  assertMatch(bridged.noise.join("\n"), /bytes, left out/);
});

test("a line without end does not grow the bridge", async () => {
  await using bridged = new Bridged(SERVERS.child("endless"), {
    callMs: 3_000,
  });
  await using client = await connect(bridged.url, "legacy");
  // Its answer is at the end of that line, and lost with it.
  const refused = await client.callTool({ name: "endless", arguments: {} })
    .catch(String);
  assertMatch(String(refused), /No answer to tools\/call in 3000 ms/);
  assertEquals(await callText(client, "x"), "fine");
});

test("a server that does not read its input has its calls refused", async () => {
  await using bridged = new Bridged(SERVERS.child("deaf"), {
    unreadBytes: MIB,
    callMs: 5_000,
  });
  await using client = await connect(bridged.url, "legacy");
  void client.callTool({ name: "deaf", arguments: {} }).catch(() => {});
  const text = "z".repeat(MIB / 2);
  const calls = Array.from(
    { length: 12 },
    () => client.callTool({ name: "x", arguments: { text } }).catch(String),
  );
  const refused = (await Promise.all(calls)).filter((one) =>
    String(one).includes("does not read its input")
  );
  assert(refused.length >= 6, `${refused.length}`);
});

test("a slow answer is kept alive as a stream", async () => {
  await using bridged = new Bridged(SERVERS.child("slow"), {
    quietMs: 50,
    keepAliveMs: 50,
  });
  await using client = await connect(bridged.url, "modern");
  assertEquals(await callText(client, "slow"), "fine");
});

test("a client that does not read its stream loses it, and no other does", async () => {
  await using bridged = new Bridged(SERVERS.child("chatty"), {
    streamBytes: MIB,
  });
  await using slow = await connect(bridged.url, "legacy");
  await using quick = await connect(bridged.url, "legacy");
  let heard = 0;
  quick.setNotificationHandler("notifications/message", () => void heard++);
  await slow.setLoggingLevel("info");
  await quick.setLoggingLevel("info");
  const { port } = new URL(bridged.url);
  const stalled = connectTcp(Number(port), "127.0.0.1");
  // The newest stream of a session is the one that counts.
  stalled.write(
    `GET /mcp HTTP/1.1\r\nHost: localhost\r\nMcp-Session-Id: ${
      sessionOf(slow)
    }\r\n\r\n`,
  );
  await new Promise((resolve) => stalled.once("data", resolve));
  stalled.pause();

  assertEquals(await callText(quick, "chat"), "fine");
  await until(() => heard === 2_000, { withinMs: 20_000, seen: () => heard });
  let bytes = 0;
  let tail = "";
  stalled.on("data", (chunk: Uint8Array) => {
    bytes += chunk.length;
    tail = (tail + Buffer.from(chunk).toString("latin1")).slice(-10);
  });
  stalled.resume();
  await until(() => tail.endsWith("0\r\n\r\n"), {
    withinMs: 20_000,
    seen: () => bytes,
  });
  stalled.destroy();
  assert(bytes < 19 * MIB, `${bytes}`);
});

function sessionOf(client: { transport?: unknown }): string {
  return (client.transport as { sessionId: string }).sessionId;
}

test("requests that are no MCP are refused, each with its reason", async () => {
  await using bridged = new Bridged(SERVERS.child("fine"));
  const json = { "Content-Type": "application/json" };
  const send = async (init: RequestInit, url = bridged.url) => {
    const response = await fetch(url, init);
    return [response.status, await response.text()] as const;
  };
  const post = (body: string, headers: Record<string, string> = json) =>
    send({ method: "POST", headers, body });
  const list = '{"jsonrpc":"2.0","id":1,"method":"tools/list"}';

  const cases = [
    [await post("{"), 400, /not JSON/],
    [await post("[".repeat(100_000)), 400, /not JSON/],
    [await post(`[${list}]`), 400, /no batch/],
    [await post(list), 400, /Mcp-Session-Id is missing/],
    [await post(list, {}), 415, /application\/json/],
    [await post("x".repeat(5 * MIB)), 413, /may have 4194304 bytes/],
    [await post(list, { ...json, "Mcp-Session-Id": "x" }), 404, /no such/],
    [await post(list, { ...json, Host: "evil.test" }), 403, /unknown Host/],
    [await post(list, { ...json, Origin: "http://a.b" }), 403, /Origin/],
    [await post(list, { ...json, Origin: "null" }), 403, /Origin/],
    [
      await post(list, { ...json, "MCP-Protocol-Version": "2026-07-28" }),
      400,
      /_meta is missing/,
    ],
    [await send({ method: "PUT" }), 405, /^$/],
    [await send({ method: "GET" }), 400, /Mcp-Session-Id is missing/],
    [await send({}, bridged.url.replace("/mcp", "/x")), 404, /at \/mcp/],
  ] as const;
  for (const [[status, text], wanted, why] of cases) {
    assertEquals(status, wanted, text);
    assertMatch(text, why);
  }
});

test("a bridge on a Unix socket, or with a token, lets in who may", async () => {
  await using bridged = new Bridged(SERVERS.child("fine"));
  const dir = await mkdtemp(join(tmpdir(), "hypi-bridge-"));
  const unix = join(dir, "s.sock");
  const token = "s3cret";
  const served = [
    serveBridge(bridged.bridge, { unix, path: "/mcp" }),
    serveBridge(bridged.bridge, { port: 0, path: "/mcp", token }),
  ];
  try {
    const init = { method: "DELETE", headers: { Host: "daemon.example" } };
    // Let through to the bridge, which misses the session.
    const there = await fetch("http://x/mcp", { ...init, unix });
    assertEquals(there.status, 400);
    for (const era of ["legacy", "modern"] as const) {
      const list = await listTools("http://x/mcp", {
        timeoutMs: 5_000,
        era,
        unix,
      });
      assertEquals(list.era, era);
      assertEquals(list.tools, []);
    }
    const url = `http://127.0.0.1:${served[1]!.port}/mcp`;
    const closed = await fetch(url, { method: "DELETE" });
    assertEquals(closed.status, 401);
    const headers = { Authorization: `Bearer ${token}` };
    const open = await fetch(url, { method: "DELETE", headers });
    assertEquals(open.status, 400);
    assertEquals(
      (await probeMcp(url, { timeoutMs: 5_000 })).kind,
      "needs_auth",
    );
    const probe = await probeMcp(url, { timeoutMs: 5_000, headers });
    assertEquals(probe.kind, "alive");
  } finally {
    for (const one of served) await one.stop();
    await rm(dir, { recursive: true });
  }
});

test("those who listen have a bound, and leave room when they go", async () => {
  await using bridged = new Bridged(SERVERS.v2("both"), { listeners: 2 });
  await using client = await connect(bridged.url, "modern");
  const filter = { toolsListChanged: true };
  const first = await client.listen(filter);
  await using other = await connect(bridged.url, "modern");
  await other.listen(filter);
  const refused = await assertRejects(() => client.listen(filter));
  assertMatch(String(refused), /Too many listen at once: over 2/);
  await first.close();
  await until(() => client.listen(filter).then(() => true, () => false));
});

test("sessions have a bound, and idle ones make room", async () => {
  await using bridged = new Bridged(SERVERS.child("fine"), { clients: 3 });
  const open = async () => {
    const response = await fetch(bridged.url, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({
        jsonrpc: "2.0",
        id: 1,
        method: "initialize",
        params: {
          protocolVersion: "2025-06-18",
          capabilities: {},
          clientInfo: { name: "x", version: "1" },
        },
      }),
    });
    const { result } = await response.json() as {
      result?: { protocolVersion: string };
    };
    assertEquals(result?.protocolVersion, "2025-06-18");
    return response.headers.get("Mcp-Session-Id")!;
  };
  const sessions = [];
  for (let i = 0; i < 5; i++) sessions.push(await open());
  assertEquals(bridged.bridge.clients, 3);

  const ping = async (session: string) => {
    const response = await fetch(bridged.url, {
      method: "POST",
      headers: {
        "Content-Type": "application/json",
        "Mcp-Session-Id": session,
      },
      body: '{"jsonrpc":"2.0","id":1,"method":"ping"}',
    });
    await response.body?.cancel();
    return response.status;
  };
  assertEquals(await Promise.all(sessions.map(ping)), [
    404,
    404,
    200,
    200,
    200,
  ]);
});
