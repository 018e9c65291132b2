/** `--no-terminals`: no runner, no terminals, no spawning, and it is said. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { test } from "bun:test";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { Hypivisor } from "./harness/hypivisor.ts";
import { rawRequest } from "./harness/raw_request.ts";
import { handshake } from "./harness/raw_socket.ts";
import { TestSocket } from "./harness/socket.ts";

test("--no-terminals removes terminals and spawning entirely", async () => {
  await using hypivisor = await Hypivisor.start({
    args: ["--no-terminals"],
    inOwnHome: true,
  });
  await using client = await TestSocket.open(hypivisor.socketUrl("/ws"));
  const start = await client.call("subscribe");
  assertEquals(start.capabilities, ["store", "legacy"]);
  assertEquals(start.terminals, []);
  const calls: [string, object][] = [
    ["spawn_agent", { path: hypivisor.dataDir }],
    ["resume_agent", { node: "x" }],
    ["stop_agent", { node: "x" }],
    ["list_terminals", {}],
    ["open_terminal", {}],
    ["close_terminal", { terminal: "x" }],
    ["tail_terminal", { terminal: "x" }],
  ];
  for (const [method, params] of calls) {
    const id = `call-${method}`;
    client.send({ jsonrpc: "2.0", id, method, params });
    const { error } = await client.frame((frame) => frame.id === id);
    assertEquals(error.data.code, "forbidden", method);
    assertMatch(error.message, /--no-terminals/);
  }
  const routes: [string, string][] = [
    ["GET", "/api/terminals"],
    ["POST", "/api/terminals"],
    ["DELETE", "/api/terminals/x"],
  ];
  for (const [method, path] of routes) {
    const answer = await hypivisor.fetch(path, { method });
    assertEquals(answer.status, 403, path);
    assertEquals((await answer.json()).error.code, "forbidden");
  }
  for (const path of ["/term", "/ws/terminal/x"]) {
    const { status } = await rawRequest(
      hypivisor.port,
      handshake(hypivisor.port, `${path}?token=${hypivisor.token}`),
    );
    assertEquals(status, 404, path);
  }
  const facts = await client.call("daemon");
  assertEquals(facts.runner, null);
  assert(!existsSync(join(hypivisor.dataDir, "runner.sock")));
  const metrics = await (await hypivisor.fetch("/metrics")).text();
  assertMatch(metrics, /^hypivisor_terminals 0$/m);
});
