import { assertEquals } from "@std/assert";
import { test } from "bun:test";
import type { NodeId, NodeRecord } from "../protocol/node.ts";
import { count, nameOf, sayAge, sayBytes, shortPath } from "./words.ts";

test("times and sizes are said in the unit that fits", () => {
  const ages = [0, 59, 60, 3_599, 3_600, 86_399, 86_400, 40 * 86_400];
  assertEquals(
    ages.map((seconds) => sayAge(0, seconds * 1_000)),
    ["0s", "59s", "1m", "59m", "1h", "23h", "1d", "40d"],
  );
  // Another machine's clock may be ahead.
  assertEquals(sayAge(5_000, 0), "0s");
  assertEquals(
    [0, 1023, 1024, 10_240, 5 * 1024 ** 3].map(sayBytes),
    ["0 B", "1023 B", "1.0 KiB", "10 KiB", "5.0 GiB"],
  );
  assertEquals([count(1, "agent"), count(2, "agent")], ["1 agent", "2 agents"]);
});

test("the home is a tilde, whoever's name is similar is not", () => {
  assertEquals(shortPath("/home/ada", "/home/ada"), "~");
  assertEquals(shortPath("/home/ada/shop", "/home/ada"), "~/shop");
  assertEquals(shortPath("/home/adam/shop", "/home/ada"), "/home/adam/shop");
  assertEquals(shortPath("/etc", "/"), "/etc");
  assertEquals(shortPath("/etc", undefined), "/etc");
});

test("an agent is called as its session, or as its folder", () => {
  const node = { id: "n" as NodeId, cwd: "/home/ada/shop/" } as NodeRecord;
  assertEquals(nameOf(node), "shop");
  assertEquals(nameOf({ ...node, cwd: "C:\\work\\shop" }), "shop");
  assertEquals(nameOf({ ...node, cwd: "/" }), "/");
  const session = { id: "s", name: "Till\x1b[2J" };
  assertEquals(nameOf({ ...node, session }), "Till [2J");
});
