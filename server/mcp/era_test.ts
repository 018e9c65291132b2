import { assertEquals } from "@std/assert";
import { test } from "bun:test";
import {
  claimedVersion,
  fromHeader,
  modernHeaders,
  withEnvelope,
  withoutEnvelope,
} from "./era.ts";

const client = {
  info: { name: "c", version: "1" },
  capabilities: { sampling: {} },
  logLevel: "info",
};

test("withEnvelope() joins what is there, withoutEnvelope() undoes it", () => {
  const params = { name: "x", _meta: { progressToken: 7 } };

  const modern = withEnvelope(params, client);
  assertEquals(claimedVersion(modern), "2026-07-28");
  assertEquals(
    (modern._meta as Record<string, unknown>).progressToken,
    7,
  );
  assertEquals(withoutEnvelope(modern), params);
  assertEquals(withoutEnvelope(withEnvelope({ name: "x" }, client)), {
    name: "x",
  });
  assertEquals(claimedVersion(params), undefined);
});

test("modernHeaders() names what the body names, in ASCII", () => {
  const headers = modernHeaders("tools/call", { name: "grüße" });
  assertEquals(headers["MCP-Protocol-Version"], "2026-07-28");
  assertEquals(headers["Mcp-Method"], "tools/call");
  assertEquals(headers["Mcp-Name"], "=?base64?Z3LDvMOfZQ==?=");
  assertEquals(fromHeader(headers["Mcp-Name"]!), "grüße");

  for (const name of ["plain", " outer ", "=?base64?QQ==?=", "a\nb", ""]) {
    const header = modernHeaders("resources/read", { uri: name })["Mcp-Name"]!;
    assertEquals(/^[\x20-\x7e]+$/.test(header), true, header);
    assertEquals(fromHeader(header), name);
  }
  assertEquals(modernHeaders("tools/list", {})["Mcp-Name"], undefined);
  assertEquals(modernHeaders("constructor", {})["Mcp-Name"], undefined);
});
