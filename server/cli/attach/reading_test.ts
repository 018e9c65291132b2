import { assertEquals } from "@std/assert";
import { test } from "bun:test";
import { Reading } from "./reading.ts";

const place = (offset: number) => ({ stream: "s", offset });
const bytes = (length: number) => new Uint8Array(length);

test("bytes that paint are not counted, those behind them are", () => {
  const reading = new Reading();
  reading.begin(place(100), 10);
  assertEquals(
    reading.take(bytes(4)).map(({ part, place }) => [part.length, place]),
    [[4, undefined]],
  );
  assertEquals(
    reading.take(bytes(9)).map(({ part, place }) => [part.length, place]),
    [[6, undefined], [3, place(103)]],
  );
  assertEquals(reading.place, place(103));
});

test("a screen that was cut half way is begun anew", () => {
  const reading = new Reading();
  reading.begin(place(100), 10);
  reading.take(bytes(9));
  reading.cut();
  assertEquals(reading.place, undefined);

  reading.begin(place(100), 10);
  reading.take(bytes(12));
  reading.cut();
  assertEquals(reading.place, place(102));
});

test("much is acknowledged on the way, and the last byte always", () => {
  const reading = new Reading();
  reading.begin(place(0), 0);
  for (let at = 0; at < 10; at++) reading.take(bytes(10_000));
  const acks = Array.from(
    { length: 10 },
    (_, at) => reading.taken(place(10_000 * (at + 1))),
  );
  assertEquals(acks.filter(Boolean), [40_000, 80_000, 100_000]);
  assertEquals(reading.taken(place(100_000)), undefined);
  reading.take(bytes(1));
  assertEquals(reading.taken(place(100_001)), 100_001);
});

test("what was taken of another stream is no news of this one", () => {
  const reading = new Reading();
  reading.begin(place(0), 0);
  reading.take(bytes(50_000));
  reading.begin({ stream: "other", offset: 5 }, 0);
  assertEquals(reading.taken(place(50_000)), undefined);
});
