/** A client that knows stdio only, through `connect`, to servers over HTTP. */

import { Client, type ClientOptions } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { test } from "bun:test";
import { Bridge } from "../server/mcp/bridge.ts";
import { serveBridge } from "../server/mcp/bridge_http.ts";
import {
  Bridged,
  callText,
  type Mode,
  SERVERS,
} from "./harness/mcp_bridged.ts";
import { freePort } from "./harness/free_port.ts";
import { serveEverything } from "./harness/mcp_http.ts";
import { until } from "./harness/until.ts";

async function connect(
  url: string,
  mode: Mode,
  options: ClientOptions = {},
): Promise<Client & AsyncDisposable> {
  const client = new Client({ name: "desktop", version: "1" }, {
    ...options,
    versionNegotiation: {
      mode: mode === "modern" ? { pin: "2026-07-28" } : mode,
    },
  });
  await client.connect(
    new StdioClientTransport({
      command: process.execPath,
      args: ["tests/harness/mcp_connect_child.ts", url],
    }),
  );
  return Object.assign(client, {
    [Symbol.asyncDispose]: () => client.close(),
  });
}

for (const mode of ["legacy", "modern"] as const) {
  test(`a ${mode} client on stdio reaches a bridged server`, async () => {
    await using bridged = new Bridged(SERVERS.everything());
    await using client = await connect(bridged.url, mode, {
      capabilities: { elicitation: { form: {} } },
    });
    client.setRequestHandler(
      "elicitation/create",
      () => Promise.resolve({ action: "accept", content: { name: "Alice" } }),
    );

    const calls = Array.from(
      { length: 20 },
      (_, i) => callText(client, "echo", { message: `m${i}` }),
    );
    assertEquals(
      await Promise.all(calls),
      Array.from({ length: 20 }, (_, i) => `Echo: m${i}`),
    );
    const seen: number[] = [];
    await client.callTool({
      name: "trigger-long-running-operation",
      arguments: { duration: 0.2, steps: 3 },
    }, { onprogress: ({ progress }) => seen.push(progress) });
    // The client passes over what comes in one piece with the answer.
    assertEquals(seen.slice(0, 2), [1, 2]);
    assertMatch(
      JSON.stringify(
        await client.callTool({
          name: "trigger-elicitation-request",
          arguments: {},
        }),
      ),
      /Alice/,
    );
  });

  test(`a ${mode} client on stdio cancels a call, and ends its session`, async () => {
    await using bridged = new Bridged(SERVERS.child("cancel"));
    {
      await using client = await connect(bridged.url, mode);
      const stop = new AbortController();
      const call = client.callTool({ name: "wait", arguments: {} }, {
        signal: stop.signal,
      }).catch(() => "cancelled");
      await until(() => bridged.stderr.includes("waiting"));
      assertEquals(bridged.bridge.clients, mode === "legacy" ? 1 : 0);
      stop.abort();
      assertEquals(await call, "cancelled");
      await until(() => bridged.stderr.includes("cancelled"));
    }
    await until(() => bridged.bridge.clients === 0);
  });
}

test("a client on stdio reaches a server over HTTP from npm", async () => {
  await using server = await serveEverything();
  await using client = await connect(server.url, "legacy");
  assertEquals(await callText(client, "echo", { message: "x" }), "Echo: x");
});

test("a client on stdio waits for a service that starts later", async () => {
  const port = freePort();
  const connecting = connect(`http://127.0.0.1:${port}/mcp`, "legacy");
  const bridge = new Bridge({ name: "late", log: () => {} });
  const refused = await fetch(`http://127.0.0.1:${port}/mcp`).catch(() => "no");
  assertEquals(refused, "no");
  const server = serveBridge(bridge, { port, path: "/mcp" });
  const child = Bun.spawn([...SERVERS.everything()], {
    stdin: "pipe",
    stdout: "pipe",
    stderr: "ignore",
  });
  const attached = bridge.attach({
    write: async (line) => {
      child.stdin.write(`${line}\n`);
      await child.stdin.flush();
    },
    lastOutput: () => "",
  });
  void (async () => {
    for await (const chunk of child.stdout) attached.output(chunk);
  })();
  await using client = await connecting;
  assertEquals(await callText(client, "echo", { message: "x" }), "Echo: x");
  child.kill("SIGKILL");
  bridge.close();
  await server.stop();
});

test("a client on stdio does not notice that its session was forgotten", async () => {
  await using bridged = new Bridged(SERVERS.everything());
  await using client = await connect(bridged.url, "legacy");
  assertEquals(await callText(client, "echo", { message: "1" }), "Echo: 1");

  // What comes after a runner that was killed knows no session of before.
  await bridged.forgetSessions();
  const calls = [2, 3, 4].map((n) =>
    callText(client, "echo", { message: `${n}` })
  );
  assertEquals(await Promise.all(calls), ["Echo: 2", "Echo: 3", "Echo: 4"]);
  assertEquals(bridged.bridge.clients, 1);
});

test("a client on stdio is told what is wrong with its service", async () => {
  await using bridged = new Bridged(SERVERS.child("dies_later"));
  await using client = await connect(bridged.url, "legacy");
  const died = await assertRejects(() => callText(client, "die"));
  assertMatch(String(died), /panic: index out of range/);
  const down = await assertRejects(() => callText(client, "x"));
  assertMatch(String(down), /ended: exit code 9/);
  assert(bridged.bridge.state.kind === "down");
});

test("a client on stdio is told at once of a service that has failed", async () => {
  await using bridged = new Bridged(SERVERS.child("dies_at_start"));
  await until(() => bridged.bridge.state.kind === "down");
  const began = performance.now();
  const refused = await assertRejects(() => connect(bridged.url, "legacy"));
  assertMatch(String(refused), /Cannot find module 'left-pad'/);
  const tookMs = performance.now() - began;
  assert(tookMs < 5_000, `${tookMs} ms`);
});
