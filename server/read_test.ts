import { assertEquals, assertThrows } from "@std/assert";
import { test } from "bun:test";
import { HypivisorError } from "./errors.ts";
import {
  boolean,
  id,
  integer,
  isRecord,
  list,
  nullable,
  number,
  object,
  oneOf,
  optional,
  parseJson,
  type Reader,
  text,
} from "./read.ts";

function refused(read: Reader<unknown>, value: unknown, why: string): void {
  assertThrows(() => read(value, "at"), HypivisorError, why);
}

test("text() keeps to its bounds", () => {
  const read = text({ min: 1, max: 3 });
  assertEquals(read("abc", "at"), "abc");
  refused(read, "", "Cannot read at: must not be empty");
  refused(read, "abcd", "must have at most 3 characters");
  for (const value of [7, null, undefined, {}, [], true]) {
    refused(read, value, "Cannot read at: must be a string");
  }
});

test("integer() and number() take no strings, fractions or infinities", () => {
  const read = integer(1, 5);
  assertEquals([read(1, "at"), read(5, "at")], [1, 5]);
  for (const value of [0, 6, 1.5, NaN, Infinity, "1", null, true]) {
    refused(read, value, "must be a whole number from 1 to 5");
  }
  assertEquals(number(-1.5, "at"), -1.5);
  for (const value of [NaN, Infinity, "1", null]) {
    refused(number, value, "must be a number");
  }
  refused(boolean, "true", "must be true or false");
});

test("oneOf(), list(), nullable() and optional() pass on what fits", () => {
  refused(oneOf("a", "b"), "constructor", "must be one of a, b");
  const numbers = list(integer(0, 9), 2);
  assertEquals(numbers([1, 2], "at"), [1, 2]);
  refused(numbers, [1, 2, 3], "must have at most 2 entries");
  refused(numbers, [1, "x"], "Cannot read at[1]");
  refused(numbers, { length: 1 }, "must be a list");
  assertEquals(nullable(text())(null, "at"), null);
  refused(nullable(text()), undefined, "must be a string");
  assertEquals(optional(text())(null, "at"), undefined);
});

test("object() reads own fields only and leaves unknown ones out", () => {
  const read = object({ name: text(), constructor: optional(text()) });
  const value = JSON.parse(
    '{"name":"a","__proto__":{"constructor":"x"},"z":1}',
  );
  assertEquals(read(value, "at") as unknown, { name: "a" });
  assertEquals(
    Object.getPrototypeOf(read(value, "at")),
    Object.prototype,
  );
  refused(read, {}, "Cannot read at.name: must be a string");
  for (const other of [null, [], "x", 7, undefined]) {
    refused(read, other, "Cannot read at: must be an object");
  }
  assertEquals(isRecord([]), false);
});

test("object() describes what it takes", () => {
  const read = object({ node: id(), bytes: optional(integer(1, 9)) });
  assertEquals(read.schema, {
    type: "object",
    properties: {
      node: { type: "string", minLength: 1, maxLength: 200 },
      bytes: { type: "integer", minimum: 1, maximum: 9 },
    },
    required: ["node"],
  });
});

test("parseJson() refuses what is no JSON, or nested too deeply", () => {
  const nested = (depth: number) => "[".repeat(depth) + "]".repeat(depth);
  assertEquals(parseJson('{"a":[1]}'), { a: [1] });
  for (const json of ["", "{", "\u0000", "undefined", "NaN"]) {
    assertThrows(() => parseJson(json), HypivisorError, "Cannot parse");
  }
  parseJson(nested(500));
  assertThrows(() => parseJson(nested(501)), HypivisorError, "deeper than 500");
  assertThrows(() => parseJson(nested(100_000)), HypivisorError, "deeper");

  // Brackets in strings are text, however the strings end.
  const text = JSON.stringify(["[".repeat(2_000), '\\"[[{', "\\\\"]);
  assertEquals(parseJson(text), JSON.parse(text));
  const mixed = `["\\\\\\"${"{".repeat(2_000)}",${nested(499)}]`;
  assertEquals(parseJson(mixed), JSON.parse(mixed));
  assertThrows(() => parseJson(`"${"x".repeat(2_000)}`), HypivisorError);
});
