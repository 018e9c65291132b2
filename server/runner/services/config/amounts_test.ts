import { expect, test } from "bun:test";
import { parseDuration, parseSize } from "./amounts.ts";

test("parseDuration() reads what humantime reads", () => {
  const read: [string, number][] = [
    ["10ms", 10],
    ["2s", 2_000],
    ["1m 30s", 90_000],
    ["1m30s", 90_000],
    ["2 min", 120_000],
    ["  1h  ", 3_600_000],
    ["1day 1hour", 90_000_000],
    ["1M", 30.44 * 86_400_000],
    ["1500us", 1.5],
    ["0s", 0],
    ["0", 0],
  ];
  for (const [text, ms] of read) expect(parseDuration(text)).toBe(ms);
});

test("parseDuration() refuses the rest in humantime's words", () => {
  const refused: [string, string][] = [
    ["", "value was empty"],
    ["  ", "value was empty"],
    ["500", "time unit needed, for example 500sec or 500ms"],
    ["1m 30", "time unit needed, for example 30sec or 30ms"],
    ["-5s", "expected number at 0"],
    ["s", "expected number at 0"],
    ["1s x", "expected number at 3"],
    ["1.5s", "invalid character at 1"],
    ["5fortnights", 'unknown time unit "fortnights"'],
    ["1constructor", 'unknown time unit "constructor"'],
    ["99999999999999999999y", "number is too large"],
  ];
  for (const [text, message] of refused) {
    expect(() => parseDuration(text)).toThrow(message);
  }
});

test("parseSize() tells MiB from MB, and takes bare bytes", () => {
  expect(parseSize("10MiB")).toBe(10 * 1024 * 1024);
  expect(parseSize("10 mb")).toBe(10_000_000);
  expect(parseSize("512")).toBe(512);
  for (const text of ["", "MiB", "-1", "1.5MiB", "1XB", "1constructor"]) {
    expect(() => parseSize(text)).toThrow("expected a number and a unit");
  }
  expect(() => parseSize("999999999999TiB")).toThrow("number is too large");
});
