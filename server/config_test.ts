import { assertEquals, assertThrows } from "@std/assert";
import { test } from "bun:test";
import { type Flags, isLoopbackHost, readConfig } from "./config.ts";

const FLAGS: Flags = {
  store: true,
  auth: true,
  terminals: true,
  "allow-origin": [],
  "allow-host": [],
};
const read = (flags: Partial<Flags> = {}, env: Record<string, string> = {}) =>
  readConfig({ ...FLAGS, ...flags }, { HOME: "/home/ada", ...env });

test("readConfig() needs nothing", () => {
  const { machine: _, ...config } = read();
  assertEquals(config, {
    port: 31_415,
    host: "127.0.0.1",
    nodeTtlMs: 30_000,
    dataDir: "/home/ada/.local/state/hypivisor",
    isStored: true,
    token: {
      kind: "kept",
      file: "/home/ada/.local/state/hypivisor/token",
    },
    allowOrigins: [],
    allowHosts: [],
    hasTerminals: true,
    maxTerminals: 64,
    logLevel: "info",
  });
});

test("readConfig() takes the environment where no flag says otherwise", () => {
  const env = {
    XDG_STATE_HOME: "/state",
    HYPI_TOKEN: "given-token",
    HYPI_LOG: "debug",
  };
  const config = read({}, env);
  assertEquals(config.dataDir, "/state/hypivisor");
  assertEquals(config.token, { kind: "given", token: "given-token" });
  assertEquals(config.logLevel, "debug");
  const flags = read({ "token-file": "/t", "log-level": "warn" }, env);
  assertEquals(flags.token, { kind: "file", file: "/t" });
  assertEquals(flags.logLevel, "warn");
  const relative = read({}, { XDG_STATE_HOME: "state" });
  assertEquals(relative.dataDir, "/home/ada/.local/state/hypivisor");
  assertEquals(read({}, { HYPI_TOKEN: "" }).token.kind, "kept");
});

test("readConfig() opens to this machine only without a token", () => {
  assertEquals(read({ auth: false }).token, { kind: "none" });
  for (const host of ["localhost", "::1", "[::1]", "127.0.0.9"]) {
    assertEquals(read({ auth: false, host }).token.kind, "none", host);
  }
  for (const host of ["0.0.0.0", "::", "10.0.0.7", "127.evil.example"]) {
    assertThrows(() => read({ auth: false, host }), Error, "everybody in");
  }
});

test("readConfig() normalises hosts and origins", () => {
  const config = read({
    host: "[::1]",
    "allow-host": ["Pi.Example"],
    "allow-origin": ["https://Pi.example:443", "http://[::1]:8080"],
  });
  assertEquals(config.host, "::1");
  assertEquals(config.allowHosts, ["pi.example"]);
  assertEquals(config.allowOrigins, [
    "https://pi.example",
    "http://[::1]:8080",
  ]);
});

test("isLoopbackHost() takes no look-alikes", () => {
  assertEquals(isLoopbackHost("127.0.0.1"), true);
  assertEquals(isLoopbackHost("127.0.0.1.evil.example"), false);
  assertEquals(isLoopbackHost("localhost.evil.example"), false);
});
