/** What is exported to pi, read by pi itself. */

import { assertEquals, assertMatch } from "@std/assert";
import { test } from "bun:test";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { writeExport } from "../server/mcp/export.ts";
import { removeExport } from "../server/mcp/export_remove.ts";
import { Bridged, SERVERS } from "./harness/mcp_bridged.ts";
import { ensurePi } from "./harness/pi_install.ts";

test("pi connects to what was exported to it, and adds its own beside it", async () => {
  const home = await mkdtemp(join(tmpdir(), "hypi-export-pi-"));
  try {
    const pi = await ensurePi("1.5.2");
    await using bridged = new Bridged(SERVERS.everything());
    const agentDir = join(home, "agent");
    const env = {
      PATH: process.env.PATH ?? "",
      HOME: home,
      PI_CODING_AGENT_DIR: agentDir,
      PI_OFFLINE: "1",
    };
    const run = async (...args: string[]) => {
      const child = Bun.spawn([...pi.command, "mcp", ...args], {
        cwd: home,
        env,
        stdin: "ignore",
        stdout: "pipe",
        stderr: "pipe",
      });
      const output = await new Response(child.stdout).text() +
        await new Response(child.stderr).text();
      return { code: await child.exited, output };
    };
    const request = {
      client: "pi" as const,
      scope: "user" as const,
      place: { home, platform: process.platform, env, project: home },
      targets: [{
        name: "everything",
        url: bridged.url,
        command: ["hypivisor", "mcp", "connect", "everything"] as const,
      }],
    };
    const options = { recordFile: join(home, "exports.json") };

    const { file } = writeExport(request, options);
    assertEquals(file, join(agentDir, "mcp.json"));
    const listed = await run("list");
    assertMatch(listed.output, /everything/);
    assertMatch(listed.output, /echo/);
    assertEquals(listed.code, 0, listed.output);

    await run("add", "docs", "--url", "http://127.0.0.1:9/mcp");
    const [removed] = removeExport(request, options).changes;
    assertEquals(removed?.what, "removed");
    const rest = JSON.parse(await readFile(file, "utf8"));
    assertEquals(Object.keys(rest.mcpServers), ["docs"]);
  } finally {
    await rm(home, { recursive: true });
  }
});
