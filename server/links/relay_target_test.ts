import { assertEquals } from "@std/assert";
import { test } from "bun:test";
import { relayTargets } from "./relay_target.ts";

test("relayTargets() dials the host that registered, and no other", () => {
  const loopback = ["ws://127.0.0.1:80/", "ws://[::1]:80/"];
  assertEquals(relayTargets("127.0.0.1", 80), loopback);
  assertEquals(relayTargets("::1", 80), loopback);
  assertEquals(relayTargets("::ffff:127.0.0.1", 80), loopback);
  assertEquals(relayTargets("10.0.0.7", 80), ["ws://10.0.0.7:80/"]);
  assertEquals(relayTargets("::ffff:10.0.0.7", 80), ["ws://10.0.0.7:80/"]);
  assertEquals(relayTargets("fd00::7", 80), ["ws://[fd00::7]:80/"]);
  assertEquals(relayTargets("127.0.0.1", 0), []);
});
