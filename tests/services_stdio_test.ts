import { expect, test } from "bun:test";
import { resolve } from "node:path";
import { SERVERS } from "./harness/mcp_bridged.ts";
import { freePort } from "./harness/free_port.ts";
import { ServiceStage } from "./harness/services.ts";
import { until } from "./harness/until.ts";

const ROOT = resolve(import.meta.dir, "..");

/** A service of an MCP server on stdio. */
function stdio(command: readonly string[], more = ""): string {
  const words = command.map((word) => JSON.stringify(word)).join(" ");
  return `command ${words}\nworking-dir "${ROOT}"\ntransport "stdio"\n${more}`;
}

/** Asks a bridge as a client of the legacy era does; the answer's text. */
async function initialize(
  where: { url: string; unix?: string },
): Promise<string> {
  const response = await fetch(where.url, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      accept: "application/json, text/event-stream",
    },
    body: JSON.stringify({
      jsonrpc: "2.0",
      id: 1,
      method: "initialize",
      params: {
        protocolVersion: "2025-06-18",
        capabilities: {},
        clientInfo: { name: "test", version: "1" },
      },
    }),
    ...(where.unix ? { unix: where.unix } : {}),
  } as RequestInit);
  return await response.text();
}

test("a server on stdio is ready when it answers, and reached by its socket", async () => {
  await using stage = await ServiceStage.start({
    tools: stdio(
      SERVERS.everything(),
      'ready { probe "mcp" }\nautostart #false',
    ),
  });
  expect((await stage.start("tools")).started).toHaveLength(1);
  const { ready, socket, port } = await stage.status("tools");
  expect(ready).toMatchObject({ kind: "ready", mcp: { needsAuth: false } });
  expect(port).toBeUndefined();
  const where = { url: "http://localhost/mcp", unix: socket ?? "" };
  expect(await initialize(where)).toContain("serverInfo");

  // Its process dies; the next client finds another one behind the socket.
  process.kill(await stage.pid("tools"), "SIGKILL");
  await stage.becomes(
    "tools",
    (one) => one.restarts === 1 && one.state.kind === "running",
  );
  expect(await initialize(where)).toContain("serverInfo");
  // What it says on stderr is its log; its conversation is not.
  expect((await stage.lines({ name: "tools" })).join()).not.toContain(
    "jsonrpc",
  );
});

test("a lazy server on stdio is started by its first client", async () => {
  const port = freePort();
  await using stage = await ServiceStage.start({
    tools: stdio(
      SERVERS.everything(),
      `start "lazy"; port ${port}; path "/rpc"`,
    ),
  });
  expect(await stage.state("tools")).toBe("stopped");
  const where = { url: `http://127.0.0.1:${port}/rpc` };
  expect(await initialize(where)).toContain("serverInfo");
  expect(await stage.state("tools")).toBe("running");
});

test("a server on stdio that dies at its start is told with its last words", async () => {
  await using stage = await ServiceStage.start({
    tools: stdio(
      SERVERS.child("dies_at_start"),
      'ready { probe "mcp" }\nrestart { policy "never" }\nautostart #false',
    ),
  });
  const { refused } = await stage.start("tools");
  expect(refused[0]).toMatchObject({
    kind: "not_ready",
    message:
      "exited with code 7 before it was ready: Cannot find module 'left-pad'",
  });
  await until(() =>
    stage.logFile("tools").includes("[err] Cannot find module")
  );
});
