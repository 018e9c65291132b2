/** What a server behind a bridge asks of a client: who is asked, and who not. */

import type { Client } from "@modelcontextprotocol/client";
import { assertEquals, assertMatch } from "@std/assert";
import { test } from "bun:test";
import {
  Bridged,
  callText,
  connect,
  type Mode,
  SERVERS,
} from "./harness/mcp_bridged.ts";
import { until } from "./harness/until.ts";

const ERAS = ["legacy", "modern"] as const;

/** A client with a person in front of it, who says `name`. */
async function connectPerson(
  url: string,
  mode: Mode,
  name: string,
  answers: () => Promise<void> = () => Promise.resolve(),
): Promise<Client & AsyncDisposable> {
  const client = await connect(url, mode, {
    capabilities: { elicitation: { form: {} }, sampling: {} },
  });
  client.setRequestHandler("elicitation/create", async () => {
    await answers();
    return { action: "accept", content: { name, yes: true } };
  });
  client.setRequestHandler("sampling/createMessage", () =>
    Promise.resolve({
      role: "assistant",
      model: "m",
      content: { type: "text", text: `${name} thinks` },
    }));
  return client;
}

for (const mode of ERAS) {
  test(`a legacy server asks the ${mode} client whose call it is`, async () => {
    await using bridged = new Bridged(SERVERS.everything());
    await using bystander = await connectPerson(bridged.url, mode, "Bob");
    await using client = await connectPerson(bridged.url, mode, "Alice");
    await bystander.listTools();

    const elicited = await client.callTool({
      name: "trigger-elicitation-request",
      arguments: {},
    });
    assertMatch(JSON.stringify(elicited), /Alice/);
    const sampled = await client.callTool({
      name: "trigger-sampling-request",
      arguments: { prompt: "Hi" },
    });
    assertMatch(JSON.stringify(sampled), /Alice thinks/);
  });

  test(`a modern server asks the ${mode} client whose call it is`, async () => {
    await using bridged = new Bridged(SERVERS.v2("modern"));
    await using client = await connectPerson(bridged.url, mode, "Alice");
    assertEquals(await callText(client, "confirm"), "confirmed: accept");
  });

  test(`a ${mode} client that cannot answer is not asked`, async () => {
    await using bridged = new Bridged(SERVERS.everything());
    await using client = await connect(bridged.url, mode);
    const result = await client.callTool({
      name: "trigger-elicitation-request",
      arguments: {},
    });
    assertMatch(
      JSON.stringify(result),
      /The client that called cannot answer elicitation\/create/,
    );
  });
}

test("a question that could be anybody's is refused, and says why", async () => {
  await using bridged = new Bridged(SERVERS.everything());
  const gate = Promise.withResolvers<void>();
  const asked = Promise.withResolvers<void>();
  await using alice = await connectPerson(
    bridged.url,
    "legacy",
    "Alice",
    () => {
      asked.resolve();
      return gate.promise;
    },
  );
  await using bob = await connectPerson(bridged.url, "legacy", "Bob");

  const first = alice.callTool({
    name: "trigger-elicitation-request",
    arguments: {},
  });
  // Alice thinks, her call is in flight: now Bob's question could be hers.
  await asked.promise;
  const second = await bob.callTool({
    name: "trigger-elicitation-request",
    arguments: {},
  });
  assertMatch(
    JSON.stringify(second),
    /2 clients have calls in flight, and nothing says whose it is/,
  );
  gate.resolve();
  assertMatch(JSON.stringify(await first), /Alice/);
});

test("a question is withdrawn when its client leaves", async () => {
  await using bridged = new Bridged(SERVERS.everything());
  const asked = Promise.withResolvers<void>();
  const alice = await connectPerson(bridged.url, "legacy", "Alice", () => {
    asked.resolve();
    return new Promise(() => {});
  });
  const call = alice.callTool({
    name: "trigger-elicitation-request",
    arguments: {},
  });
  await asked.promise;
  await alice.close();
  await call.catch(() => {});

  // The server is not stuck with it: another client is served, and asked.
  await using bob = await connectPerson(bridged.url, "legacy", "Bob");
  const result = await bob.callTool({
    name: "trigger-elicitation-request",
    arguments: {},
  });
  assertMatch(JSON.stringify(result), /Bob/);
});

test("a modern client that does not come back loses its call", async () => {
  await using bridged = new Bridged(SERVERS.everything(), { askMs: 300 });
  const post = (body: Record<string, unknown>) =>
    fetch(bridged.url, {
      method: "POST",
      headers: {
        "Content-Type": "application/json",
        "Accept": "application/json, text/event-stream",
        "MCP-Protocol-Version": "2026-07-28",
        "Mcp-Method": "tools/call",
        "Mcp-Name": "trigger-elicitation-request",
      },
      body: JSON.stringify({ jsonrpc: "2.0", id: 1, ...body }),
    });
  const params = {
    name: "trigger-elicitation-request",
    arguments: {},
    _meta: {
      "io.modelcontextprotocol/protocolVersion": "2026-07-28",
      "io.modelcontextprotocol/clientCapabilities": {
        elicitation: { form: {} },
      },
    },
  };
  const first = await post({ method: "tools/call", params });
  const text = await first.text();
  assertMatch(text, /"input_required"/);
  const state = /"requestState":"([^"]+)"/.exec(text)?.[1];

  const lost = Date.now() + 600;
  await until(() => Date.now() > lost);
  const late = await post({
    method: "tools/call",
    params: { ...params, requestState: state, inputResponses: {} },
  });
  // The state is unknown by now: the call begins anew, and asks anew.
  const again = await late.text();
  assertMatch(again, /"input_required"/);
  assertEquals(again.includes(state!), false);
});
