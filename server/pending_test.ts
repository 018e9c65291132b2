import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { test } from "bun:test";
import { Pending } from "./pending.ts";

test("Pending.wait() gives two who wait for one id the same word", async () => {
  const pending = new Pending<string, number>();
  const both = [pending.wait("a", 1_000), pending.wait("a", 1_000)];
  pending.resolve("a", 7);
  pending.resolve("a", 8);
  pending.resolve("unknown", 9);

  assertEquals(await Promise.all(both), [7, 7]);
});

test("Pending.wait() fails at its deadline, and when all is over", async () => {
  const pending = new Pending<string, number>();
  await assertRejects(
    () => pending.wait("late", 1),
    Error,
    "Agent did not answer within 0.001 s",
  );
  const waiting = pending.wait("b", 1_000);
  pending.fail(new Error("gone"));
  await assertRejects(() => waiting, Error, "gone");
});

test("Pending.ask() fails as the sending does", async () => {
  const pending = new Pending<number, number>();
  await assertRejects(
    () =>
      pending.ask(1, 1_000, () => {
        throw new Error("no socket");
      }),
    Error,
    "no socket",
  );
});

test("Pending.wait() refuses beyond its bound", () => {
  const pending = new Pending<number, number>();
  for (let id = 0; id < 1_000; id++) {
    pending.wait(id, 60_000).catch(() => {});
  }
  assertThrows(() => pending.wait(1_000, 1), Error, "Agent is too busy");
  pending.fail(new Error("over"));
});
