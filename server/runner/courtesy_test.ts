import { expect, test } from "bun:test";
import { Courtesy } from "./courtesy.ts";

test("Courtesy is asked of floods, while somebody types elsewhere", () => {
  const courtesy = new Courtesy();
  const [typed, flood] = [{}, {}];
  expect(courtesy.asks(flood, 100_000, 0)).toBe(false);

  courtesy.typed(typed, 1_000);

  expect(courtesy.asks(flood, 100_000, 1_050)).toBe(true);
  expect(courtesy.asks(flood, 1_000, 1_050)).toBe(false);
  expect(courtesy.asks(typed, 100_000, 1_050)).toBe(false);
  expect(courtesy.asks(flood, 100_000, 2_000)).toBe(false);
});
