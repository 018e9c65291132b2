import { expect, test } from "bun:test";
import { Pace, STUCK_AFTER_MS, WINDOW_BYTES } from "./pace.ts";

test("Pace lets a window be sent ahead of the last acknowledgement", () => {
  const pace = new Pace(1_000);
  expect(pace.limit).toBe(1_000 + WINDOW_BYTES);

  pace.advance(500);
  pace.ack(1_200);

  expect([pace.sent, pace.acked]).toEqual([1_500, 1_200]);
  expect(pace.limit).toBe(1_200 + WINDOW_BYTES);
  expect(pace.isSettled).toBe(false);
  pace.ack(1_500);
  expect(pace.isSettled).toBe(true);
});

test("Pace.ack() believes no more than was sent, and never goes back", () => {
  const pace = new Pace(0);
  pace.advance(100);

  pace.ack(1e15);
  expect(pace.acked).toBe(100);
  pace.ack(50);
  expect(pace.acked).toBe(100);
});

test("Pace is stuck when nothing was taken for long, with something waiting", () => {
  const pace = new Pace(0);
  pace.advance(100);
  expect(pace.isStuck(1e9)).toBe(false);

  pace.wait(true, 1_000);
  pace.wait(true, 5_000);
  expect(pace.stuckAt).toBe(1_000 + STUCK_AFTER_MS);
  expect(pace.isStuck(999 + STUCK_AFTER_MS)).toBe(false);
  expect(pace.isStuck(1_000 + STUCK_AFTER_MS)).toBe(true);
  expect([pace.isSilent(1_100), pace.isSilent(2_000)]).toEqual([false, true]);

  pace.ack(10);
  expect(pace.isStuck(1e9)).toBe(false);
  pace.wait(true, 2_000);
  pace.wait(false, 3_000);
  expect(pace.isStuck(1e9)).toBe(false);
});

test("Pace owes an acknowledgement of a screen before it is settled", () => {
  const pace = new Pace(0);
  pace.moveTo(700, true);
  expect([pace.owesAck, pace.isSettled]).toEqual([true, false]);

  pace.ack(0);
  expect(pace.owesAck).toBe(true);
  pace.ack(700);
  expect([pace.owesAck, pace.isSettled]).toEqual([false, true]);
});
