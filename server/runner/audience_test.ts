import { expect, test } from "bun:test";
import { Audience, type Follower, HOLD_MS } from "./audience.ts";
import { Pace, STUCK_AFTER_MS, WINDOW_BYTES } from "./pace.ts";
import { Patience } from "./patience.ts";
import { TAPE_MAX_BYTES } from "./tape.ts";

const KIB = 1024;

class Someone implements Follower {
  readonly card;
  readonly pace = new Pace(0);
  readonly patience = new Patience();
  isFollowing = true;
  size: { cols: number; rows: number } | undefined;

  constructor(id: string, cols?: number, readOnly = false) {
    this.card = { id, name: id, readOnly };
    if (cols) this.size = { cols, rows: 24 };
  }

  get place(): number {
    return this.pace.acked;
  }

  /** Was sent what it may be, and took so much of it. */
  take(offset: number): this {
    this.pace.advance(offset - this.pace.sent);
    this.pace.ack(offset);
    return this;
  }
}

function audienceOf(...all: Someone[]): Audience<Someone> {
  const audience = new Audience<Someone>();
  for (const one of all) audience.add(one);
  return audience;
}

test("Audience holds a program that is ahead of the fastest viewer", () => {
  const [slow, fast] = [new Someone("slow"), new Someone("fast")];
  const audience = audienceOf(slow, fast);
  const bound = WINDOW_BYTES + 64 * KIB;

  expect(audience.shouldHold(bound, false, 0)).toBe(false);
  expect(audience.shouldHold(bound + 1, false, 0)).toBe(true);
  fast.take(64 * KIB);
  // Held already, it goes on only when the fastest may be sent all.
  expect(audience.shouldHold(bound + 1, true, 0)).toBe(true);
  expect(audience.shouldHold(bound + 1, false, 0)).toBe(false);
  fast.take(64 * KIB + 1);
  expect(audience.shouldHold(bound + 1, true, 0)).toBe(false);
});

test("Audience waits for nobody: none there, stuck, or behind", () => {
  const far = 100 * TAPE_MAX_BYTES;
  expect(audienceOf().shouldHold(far, false, 0)).toBe(false);

  const stuck = new Someone("stuck");
  const audience = audienceOf(stuck);
  stuck.pace.advance(WINDOW_BYTES);
  stuck.pace.wait(true, 0);
  expect(audience.shouldHold(far, false, STUCK_AFTER_MS - 1)).toBe(true);
  expect(audience.nextDeadline(1_000)).toBe(STUCK_AFTER_MS);
  expect(audience.shouldHold(far, true, STUCK_AFTER_MS)).toBe(false);

  const behind = new Someone("behind");
  behind.isFollowing = false;
  expect(audienceOf(behind).shouldHold(far, false, 0)).toBe(false);
});

test("Audience has patience with a slow one for a moment, not for ever", () => {
  const [slow, fast] = [new Someone("slow"), new Someone("fast")];
  const audience = audienceOf(slow, fast);
  const end = TAPE_MAX_BYTES / 2 + 1;
  fast.take(end);

  expect(audience.shouldHold(end, false, 0)).toBe(true);
  expect(audience.shouldHold(end, true, 200)).toBe(true);
  expect(audience.shouldHold(end, true, 300)).toBe(false);

  // One that takes nothing at all gets no second chance.
  slow.pace.wait(true, 300);
  expect(audience.shouldHold(end, false, 3_000)).toBe(false);
});

test("Audience keeps the place of one that went without a word", () => {
  const gone = new Someone("gone").take(1_000);
  const audience = audienceOf(gone);
  audience.remove(gone, false, 0);
  const end = 1_000 + TAPE_MAX_BYTES / 2;

  expect(audience.shouldHold(end, false, 10)).toBe(false);
  expect(audience.shouldHold(end + 1, false, 10)).toBe(true);
  expect(audience.nextDeadline(10)).toBe(HOLD_MS);
  expect(audience.shouldHold(end + 1, true, HOLD_MS)).toBe(false);
});

test("Audience hands a held place over, and holds none after a goodbye", () => {
  const [one, two] = [new Someone("one"), new Someone("two")];
  const audience = audienceOf(one.take(1_000), two.take(5_000));
  const far = 10 * TAPE_MAX_BYTES;
  audience.remove(one, false, 0);
  audience.remove(two, true, 0);
  expect(audience.shouldHold(far, false, 1)).toBe(true);

  audience.takeOver(500);
  expect(audience.shouldHold(far, false, 1)).toBe(true);
  // What it had received is more than what it had acknowledged.
  audience.takeOver(1_200);
  expect(audience.shouldHold(far, false, 1)).toBe(false);
});

test("Audience: whose size it is, readers never, and who has it", () => {
  const reader = new Someone("reader", 60, true);
  const [desk, phone] = [new Someone("desk", 120), new Someone("phone", 40)];
  const audience = audienceOf(reader);
  expect(audience.size).toBeUndefined();

  audience.add(desk);
  audience.add(phone);
  expect(audience.size?.cols).toBe(120);
  audience.act(phone);
  audience.act(reader);
  expect(audience.size?.cols).toBe(40);
  expect(audience.cards().map((card) => [card.id, card.hasSize])).toEqual([
    ["reader", false],
    ["desk", false],
    ["phone", true],
  ]);
  audience.resize(phone, { cols: 50, rows: 20 });
  expect(audience.size?.cols).toBe(50);
  audience.remove(phone, true, 0);
  expect(audience.size?.cols).toBe(120);
});
