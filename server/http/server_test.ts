import { assertEquals } from "@std/assert";
import { test } from "bun:test";
import { patienceS } from "./server.ts";

test("patienceS() lets services take the time that their files give them", () => {
  assertEquals(patienceS("/api/services/start"), 0);
  assertEquals(patienceS("/mcp/github"), 0);
  assertEquals(patienceS("/api/agents"), 60);
});
