import { assert, assertEquals } from "@std/assert";
import { test } from "bun:test";
import { Typing } from "./typing.ts";

/** What a socket is, as far as typing goes. */
function socket() {
  const sent: number[] = [];
  const fake = {
    bufferedAmount: 0,
    send: (bytes: Uint8Array) => sent.push(bytes.length),
  };
  return { fake, sent, socket: fake as unknown as Bun.WebSocket };
}

test("what is typed goes out at once, a paste in frames", () => {
  const { sent, socket: one } = socket();
  const typing = new Typing();
  typing.open(one);
  assert(typing.type(new Uint8Array(3)));
  assert(typing.type(new Uint8Array(40_000)));
  assertEquals(sent, [3, 16_384, 16_384, 7_232]);
});

test("what is typed without a link is held, up to a bound, and goes first", () => {
  const typing = new Typing();
  assert(typing.type(new Uint8Array(10_000)));
  assert(!typing.type(new Uint8Array(10_000)));
  assert(typing.type(new Uint8Array(5)));
  const { sent, socket: one } = socket();
  typing.open(one);
  assertEquals(sent, [10_000, 5]);
  typing.close();
  assert(typing.type(new Uint8Array(16_384)));
  assertEquals(sent.length, 2);
});

test("a socket that is full has keys wait until it is not", async () => {
  const { fake, socket: one } = socket();
  const typing = new Typing();
  typing.open(one);
  fake.bufferedAmount = 1024 * 1024;
  assert(typing.isFull);
  let isSent = false;
  const sent = typing.sent().then(() => isSent = true);
  assert(!isSent);
  fake.bufferedAmount = 0;
  await sent;
  assert(!typing.isFull);
});
