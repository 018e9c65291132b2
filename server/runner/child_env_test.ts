import { expect, test } from "bun:test";
import type { TerminalId } from "../protocol/terminal.ts";
import { childEnv } from "./child_env.ts";

test("childEnv() marks the child, and passes on nothing meant for Bun", () => {
  const env = childEnv(
    { PATH: "/bin", BUN_OPTIONS: "--x", TERM: "dumb", HYPIVISOR_TERMINAL: "a" },
    "b" as TerminalId,
  );

  expect(env).toEqual({
    PATH: "/bin",
    TERM: "dumb",
    COLORTERM: "truecolor",
    HYPIVISOR_TERMINAL: "b",
  });
});
