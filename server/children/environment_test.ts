import { assertEquals } from "@std/assert";
import { test } from "bun:test";
import { agentEnv, runnerEnv, terminalEnv } from "./environment.ts";

const WAY = { ws: "ws://127.0.0.1:1/ws", tokenFile: "/t" };

const ENV = {
  PATH: "/bin",
  TERM: "dumb",
  HYPI_TOKEN: "secret",
  HYPI_TOKEN_FILE: "/other",
  HYPIVISOR_WS: "ws://other/ws",
  HYPIVISOR_TERMINAL: "t",
  BUN_OPTIONS: "--inspect",
  PI_SESSION_ID: "s",
  PI_MODEL: "m",
  PI_CODING_AGENT: "true",
  PI_CODING_AGENT_DIR: "/agent",
  AI_AGENT: "pi",
  UNSET: undefined,
};

test("terminalEnv() leads back here, and carries no secret", () => {
  assertEquals(terminalEnv(ENV, WAY), {
    PATH: "/bin",
    PI_CODING_AGENT_DIR: "/agent",
    TERM: "xterm-256color",
    COLORTERM: "truecolor",
    HYPIVISOR_WS: "ws://127.0.0.1:1/ws",
    HYPI_TOKEN_FILE: "/t",
  });
  const open = terminalEnv({}, { ...WAY, tokenFile: undefined });
  assertEquals("HYPI_TOKEN_FILE" in open, false);
});

test("agentEnv() has pi tell its status", () => {
  assertEquals(agentEnv({}, WAY).PI_PROGRAM_STATUS, "1");
});

test("runnerEnv() has nothing of pi's", () => {
  assertEquals(runnerEnv(ENV), {
    PATH: "/bin",
    TERM: "dumb",
    HYPI_TOKEN_FILE: "/other",
    HYPIVISOR_WS: "ws://other/ws",
  });
});
