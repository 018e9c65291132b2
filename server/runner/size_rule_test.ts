import { expect, test } from "bun:test";
import { SizeRule } from "./size_rule.ts";

test("SizeRule: the first has it, until another one acts", () => {
  const rule = new SizeRule<string>();
  expect(rule.holder).toBeUndefined();

  rule.arrive("desk");
  rule.arrive("phone");
  expect(rule.holder).toBe("desk");
  rule.act("phone");
  expect(rule.holder).toBe("phone");
  rule.arrive("desk");
  expect(rule.holder).toBe("phone");
});

test("SizeRule: when the holder leaves, the one active before has it", () => {
  const rule = new SizeRule<string>();
  for (const viewer of ["a", "b", "c"]) rule.arrive(viewer);
  rule.act("b");
  rule.act("a");

  rule.leave("a");
  expect(rule.holder).toBe("b");
  rule.leave("c");
  expect(rule.holder).toBe("b");
  rule.leave("b");
  expect(rule.holder).toBeUndefined();
  rule.arrive("d");
  expect(rule.holder).toBe("d");
});
