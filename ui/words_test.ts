import { test } from "bun:test";
import { assertEquals } from "@std/assert";
import {
  lastPart,
  sayAge,
  sayBytes,
  sayClock,
  sayMoney,
  sayTokens,
  shortPath,
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
