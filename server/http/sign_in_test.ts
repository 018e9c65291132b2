import { assertEquals } from "@std/assert";
import { test } from "bun:test";
import { SignInCodes } from "./sign_in.ts";

test("SignInCodes.use() takes a code once, and not for ever", () => {
  const codes = new SignInCodes();
  const day = 24 * 3_600_000;
  const first = codes.first(0);
  const second = codes.next(0);

  assertEquals(codes.use("nonsense", 1), false);
  assertEquals(codes.use(second, 10 * 60_000), false);
  assertEquals(codes.use(first, day - 1), true);
  assertEquals(codes.use(first, day - 1), false);
});

test("SignInCodes keeps ten, the newest", () => {
  const codes = new SignInCodes();
  const made = Array.from({ length: 11 }, () => codes.next(0));
  assertEquals(codes.use(made[0] ?? "", 1), false);
  assertEquals(codes.use(made[1] ?? "", 1), true);
  assertEquals(codes.use(made[10] ?? "", 1), true);
});
