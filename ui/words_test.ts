import { test } from "bun:test";
import { assertEquals } from "@std/assert";
import type { NodeId, NodeRecord } from "../server/protocol/node.ts";
import {
  hasFailedToStart,
  isComing,
  lastPart,
  sayAge,
  sayBytes,
  sayClock,
  sayMoney,
  sayTokens,
  shortPath,
  stateLine,
} from "./words.ts";

test("sayAge() counts minutes, hours and days", () => {
  const minute = 60_000;
  const ages = [0, 12 * minute, 90 * minute, 50 * 60 * minute];
  assertEquals(ages.map((age) => sayAge(0, age)), ["now", "12m", "1h", "2d"]);
});

test("sayClock() never runs backwards when clocks differ", () => {
  assertEquals(sayClock(0, 198_000), "3:18");
  assertEquals(sayClock(0, 3_729_000), "1:02:09");
  assertEquals(sayClock(5_000, 0), "0:00");
});

test("sayMoney() keeps what is under a cent", () => {
  assertEquals([0, 0.83, 0.0041, 12].map(sayMoney), [
    "$0.00",
    "$0.83",
    "$0.004",
    "$12.00",
  ]);
});

test("sayTokens() speaks as pi does", () => {
  assertEquals([940, 84_100, 212_000, 1_900_000, 200_000].map(sayTokens), [
    "940",
    "84.1k",
    "212k",
    "1.9M",
    "200k",
  ]);
});

test("sayBytes() rounds", () => {
  assertEquals([12, 2_048, 10 * 1024 ** 2].map(sayBytes), [
    "12 B",
    "2 KB",
    "10 MB",
  ]);
});

test("paths lose their home and their front", () => {
  assertEquals(shortPath("/home/ada/src"), "~/src");
  assertEquals(shortPath("/home2/ada"), "/home2/ada");
  assertEquals(shortPath("/rooted/x"), "/rooted/x");
  assertEquals(lastPart("/home/ada/src/"), "src");
  assertEquals(lastPart("/"), "/");
});

test("an agent that was started here comes, fails, or is there", () => {
  const node: NodeRecord = {
    id: "n" as NodeId,
    machine: "mbp",
    cwd: "/src",
    port: 0,
    joinedAt: 0,
    state: { kind: "starting", since: 0 },
  };
  const message = "pi ended with exit code 1\nno provider";
  const failed: NodeRecord = {
    ...node,
    state: { kind: "error", since: 0, message },
  };
  assertEquals([isComing(node), isComing({ ...node, pid: 7 })], [true, false]);
  assertEquals(hasFailedToStart(failed), true);
  assertEquals(hasFailedToStart({ ...failed, pid: 7 }), false);
  assertEquals(stateLine(failed, 0), "pi ended with exit code 1");
});
