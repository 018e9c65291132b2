import { assertEquals } from "@std/assert";
import { test } from "bun:test";
import { hostname } from "node:os";
import { isLoopback, isOwnHost, isOwnOrigin } from "./origin.ts";

const rules = (host: string, allowHosts: string[] = []) => ({
  host,
  allowHosts,
  allowOrigins: ["https://pi.example"],
});

test("isLoopback() takes names and addresses of this machine, no look-alikes", () => {
  for (const host of ["localhost", "127.0.0.1", "127.9.9.9", "::1", "[::1]"]) {
    assertEquals(isLoopback(host), true, host);
  }
  for (
    const host of ["127.evil.example", "127.0.0.1.nip.io", "localhost.x", ""]
  ) assertEquals(isLoopback(host), false, host);
});

test("isOwnHost() takes addresses only where it listens beyond loopback", () => {
  const cases: [string, string, boolean][] = [
    ["127.0.0.1", "10.0.0.7:80", false],
    ["0.0.0.0", "10.0.0.7:80", true],
    ["0.0.0.0", "evil.example", false],
    ["0.0.0.0", "10.0.0.7.evil.example", false],
    ["::", "[fd00::1]:31415", true],
    ["10.0.0.7", "10.0.0.7", true],
    ["127.0.0.1", hostname(), true],
    ["127.0.0.1", `${hostname()}.local`, true],
    ["127.0.0.1", `${hostname()}.evil.example`, false],
    ["127.0.0.1", "pi.localhost", true],
  ];
  for (const [host, header, wanted] of cases) {
    assertEquals(isOwnHost(header, rules(host)), wanted, `${host} ${header}`);
  }
  assertEquals(isOwnHost("pi.example:9", rules("::", ["pi.example"])), true);
  assertEquals(isOwnHost(null, rules("0.0.0.0")), false);
});

test("isOwnOrigin() takes the page's own, with or without TLS in front", () => {
  const cases: [string | null, string, boolean][] = [
    [null, "127.0.0.1:1", true],
    ["http://127.0.0.1:1", "127.0.0.1:1", true],
    ["https://127.0.0.1:1", "127.0.0.1:1", true],
    ["https://pi.example", "anything", true],
    ["HTTPS://PI.EXAMPLE", "anything", true],
    ["https://a.example", "a.example", true],
    ["https://a.example", "a.example:443", true],
    ["http://a.example", "a.example:443", false],
    ["https://a.example:8443", "a.example", false],
    ["null", "127.0.0.1:1", false],
    ["", "127.0.0.1:1", false],
    ["file://", "", false],
  ];
  for (const [origin, host, wanted] of cases) {
    const got = isOwnOrigin(origin, host, rules("127.0.0.1"));
    assertEquals(got, wanted, `${origin} at ${host}`);
  }
});
