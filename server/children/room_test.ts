import { assertEquals, assertThrows } from "@std/assert";
import { test } from "bun:test";
import { Room } from "./room.ts";

test("Room.take() counts those that run and those being opened", () => {
  let running = 1;
  const room = new Room(3, () => running);
  const first = room.take();
  const second = room.take();
  assertThrows(() => room.take(), Error, "3 are running");

  // Opened: it counts as running from here on.
  running = 2;
  first[Symbol.dispose]();
  first[Symbol.dispose]();
  assertEquals(room.isFull, true);
  second[Symbol.dispose]();
  assertEquals(room.isFull, false);
});
