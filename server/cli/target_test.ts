import { assertEquals, assertThrows } from "@std/assert";
import { test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { HypivisorError } from "../errors.ts";
import { type Command, UsageError } from "./command.ts";
import { parse } from "./parse.ts";
import { type Target, TARGET_OPTIONS, targetOf } from "./target.ts";

const command: Command = {
  name: "x",
  usage: "",
  summary: "",
  options: TARGET_OPTIONS,
  positionals: { min: 0, max: 0 },
  run: () => 0,
};

function target(args: string[], env: NodeJS.ProcessEnv = {}): Target {
  return targetOf(parse(args, command), {
    XDG_STATE_HOME: "/state",
    ...env,
  });
}

test("by itself a command goes to the socket of this machine's daemon", () => {
  assertEquals(target([]), {
    kind: "socket",
    path: "/state/hypivisor/hypivisor.sock",
    dataDir: "/state/hypivisor",
  });
  assertEquals(target(["--data-dir", "/d"], { HYPIVISOR_URL: "http://x" }), {
    kind: "socket",
    path: "/d/hypivisor.sock",
    dataDir: "/d",
  });
});

test("an address may be written as people write it", () => {
  const urls: Record<string, string> = {
    "my-desk:31415": "http://my-desk:31415",
    "http://my-desk:31415/": "http://my-desk:31415",
    "https://pi.example/hub/#code=abc": "https://pi.example/hub",
    "ws://my-desk:31415/": "http://my-desk:31415",
    "wss://pi.example": "https://pi.example",
    "[::1]:80": "http://[::1]",
  };
  for (const [given, url] of Object.entries(urls)) {
    assertEquals(target(["--url", given]), { kind: "url", url }, given);
    assertEquals(target([], { HYPIVISOR_URL: given }), { kind: "url", url });
  }
  for (const bad of ["ftp://x", "http://", "http://a:b@x", "a b"]) {
    assertThrows(() => target(["--url", bad]), UsageError, "Cannot use --url");
  }
});

test("the token comes from option, environment, or this machine's file", () => {
  const dir = mkdtempSync(join(tmpdir(), "target-test-"));
  try {
    writeFileSync(join(dir, "token"), "kept\n");
    writeFileSync(join(dir, "other"), "other\n");
    writeFileSync(join(dir, "empty"), "\n");
    const tokenOf = (url: string, args: string[], env = {}) => {
      const found = target(["--url", url, "--data-dir", dir, ...args], env);
      return found.kind === "url" ? found.token : undefined;
    };
    const file = ["--token-file", join(dir, "other")];
    assertEquals(tokenOf("http://127.0.0.1", []), "kept");
    assertEquals(tokenOf("http://localhost", []), "kept");
    assertEquals(tokenOf("http://[::1]", []), "kept");
    // Elsewhere it is nobody's business.
    assertEquals(tokenOf("http://my-desk", []), undefined);
    assertEquals(tokenOf("http://my-desk", [], { HYPI_TOKEN: "e" }), "e");
    assertEquals(
      tokenOf("http://x", [], { HYPI_TOKEN_FILE: join(dir, "other") }),
      "other",
    );
    assertEquals(tokenOf("http://x", file, { HYPI_TOKEN: "e" }), "other");
    for (const name of ["empty", "missing"]) {
      assertThrows(
        () => tokenOf("http://x", ["--token-file", join(dir, name)]),
        HypivisorError,
        "Cannot read the token file",
      );
    }
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
});
