/** A server of the official v2 SDK on stdio, run by `bun mcp_v2_child.ts ERAS`. */

import { inputRequired, McpServer } from "@modelcontextprotocol/server";
import { serveStdio } from "@modelcontextprotocol/server/stdio";
import { z } from "zod/v4";

const eras = process.argv[2];

serveStdio(() => {
  const server = new McpServer({ name: "v2", version: "2.0.0" }, {
    instructions: "Be kind",
    capabilities: { tools: { listChanged: true } },
  });
  server.registerTool("echo", {
    description: "Says it again, after a while",
    inputSchema: z.object({ text: z.string(), waitMs: z.number().optional() }),
  }, async ({ text, waitMs }) => {
    await Bun.sleep(waitMs ?? 0);
    return { content: [{ type: "text", text }] };
  });
  server.registerTool("confirm", { description: "Asks first" }, (ctx) => {
    const answer = ctx.mcpReq.inputResponses?.sure as
      | { action?: string }
      | undefined;
    if (answer) {
      const text = `confirmed: ${answer.action}`;
      return { content: [{ type: "text" as const, text }] };
    }
    return inputRequired({
      inputRequests: {
        sure: inputRequired.elicit({
          message: "Sure?",
          requestedSchema: {
            type: "object",
            properties: { yes: { type: "boolean" } },
          },
        }),
      },
    });
  });
  server.registerTool("grow", { description: "Adds a tool" }, () => {
    server.registerTool(
      `extra_${Math.random()}`,
      { description: "Came later" },
      () => ({ content: [] }),
    );
    return { content: [{ type: "text", text: "grown" }] };
  });
  return server;
}, { legacy: eras === "modern" ? "reject" : "serve" });
