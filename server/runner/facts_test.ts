import { expect, test } from "bun:test";
import { type ProgramFacts, withTold } from "./facts.ts";

test("withTold() keeps the last of each, and takes back what is cleared", () => {
  let facts: ProgramFacts = {};
  facts = withTold(facts, { type: "title", title: "one" }, 1);
  facts = withTold(facts, { type: "bell" }, 2);
  facts = withTold(facts, { type: "cwd", cwd: "/a" }, 3);
  const status = { state: "working", app: "pi" } as const;
  facts = withTold(facts, { type: "status", status }, 4);
  expect(facts).toEqual({ title: "one", bellAt: 2, cwd: "/a", status });

  expect(withTold(facts, { type: "title", title: "one" }, 5)).toBe(facts);
  expect(withTold(facts, { type: "cwd", cwd: "/a" }, 5)).toBe(facts);
  facts = withTold(facts, { type: "title", title: undefined }, 6);
  facts = withTold(facts, { type: "status", status: undefined }, 6);
  expect(facts).toEqual({ bellAt: 2, cwd: "/a" });
});
