import { test } from "bun:test";
import { assert, assertEquals } from "@std/assert";
import type { TerminalSize } from "../../server/protocol/terminal.ts";
import { TerminalFeed } from "./terminal_feed.ts";

const SIZE = { cols: 80, rows: 24 };

/** A screen that says what was done to it, and takes bytes when told to. */
class FakeScreen {
  done: string[] = [];
  #waiting: (() => void)[] = [];
  reset = ({ cols, rows }: TerminalSize) => {
    this.done.push(`reset ${cols}x${rows}`);
  };
  resize = ({ cols, rows }: TerminalSize) => {
    this.done.push(`resize ${cols}x${rows}`);
  };
  write = (bytes: Uint8Array, taken: () => void) => {
    this.done.push(new TextDecoder().decode(bytes));
    this.#waiting.push(taken);
  };
  take() {
    for (const taken of this.#waiting.splice(0)) taken();
  }
}

function openFeed() {
  const screen = new FakeScreen();
  const acks: number[] = [];
  let rest: (() => void) | undefined;
  const feed = new TerminalFeed(screen, {
    acknowledge: (offset) => acks.push(offset),
    after(_ms, run) {
      rest = run;
      return () => rest = undefined;
    },
  });
  return { screen, acks, feed, atRest: () => rest?.() };
}

const bytes = (text: string) => new TextEncoder().encode(text);

test("TerminalFeed counts live bytes and not those of a screen", () => {
  const { screen, feed } = openFeed();
  feed.take({ type: "screen", stream: "a", offset: 7, bytes: 5, size: SIZE });
  assertEquals(feed.place, undefined);

  feed.takeBytes(bytes("hel"));
  assert(feed.isPainting);
  feed.takeBytes(bytes("lo$ ls"));

  assertEquals(screen.done, ["reset 80x24", "hel", "lo", "$ ls"]);
  assertEquals(feed.place, { stream: "a", offset: 11 });
});

test("TerminalFeed goes on after a cut without touching the screen", () => {
  const { screen, feed } = openFeed();
  feed.take({ type: "screen", stream: "a", offset: 0, bytes: 0, size: SIZE });
  feed.takeBytes(bytes("one"));
  screen.done = [];

  feed.take({ type: "resumed", stream: "a", offset: 3 });
  feed.take({ type: "size", size: { cols: 100, rows: 30 } });
  feed.takeBytes(bytes("two"));

  assertEquals(screen.done, ["resize 100x30", "two"]);
  assertEquals(feed.place, { stream: "a", offset: 6 });
});

test("TerminalFeed acknowledges what the screen has taken, now and then", () => {
  const { screen, feed, acks } = openFeed();
  feed.take({ type: "screen", stream: "a", offset: 0, bytes: 0, size: SIZE });
  const piece = new Uint8Array(20 * 1024);
  acks.length = 0;

  feed.takeBytes(piece);
  assertEquals(acks, []);
  screen.take();
  assertEquals(acks, []);
  feed.takeBytes(piece);
  screen.take();
  assertEquals(acks, [40 * 1024]);
});

test("TerminalFeed acknowledges the rest once nothing comes any more", () => {
  const { screen, feed, acks, atRest } = openFeed();
  feed.take({ type: "screen", stream: "a", offset: 5, bytes: 0, size: SIZE });
  feed.takeBytes(bytes("abc"));
  screen.take();
  atRest();
  assertEquals(acks, [5, 8]);
});

test("TerminalFeed acknowledges a screen once all of it is painted", () => {
  const { screen, feed, acks, atRest } = openFeed();
  feed.take({ type: "screen", stream: "a", offset: 7, bytes: 5, size: SIZE });
  feed.takeBytes(bytes("hel"));
  screen.take();
  assertEquals(acks, []);
  feed.takeBytes(bytes("lo$ ls"));
  assertEquals(acks, []);
  screen.take();
  assertEquals(acks, [7]);
  atRest();
  assertEquals(acks, [7, 11]);
});

test("TerminalFeed does not acknowledge a screen that another has replaced", () => {
  const { screen, feed, acks } = openFeed();
  feed.take({ type: "screen", stream: "a", offset: 7, bytes: 2, size: SIZE });
  feed.takeBytes(bytes("$ "));
  feed.take({ type: "screen", stream: "a", offset: 9, bytes: 2, size: SIZE });
  screen.take();
  assertEquals(acks, []);
  feed.takeBytes(bytes("% "));
  screen.take();
  assertEquals(acks, [9]);
});

test("TerminalFeed says nothing of bytes from before a fresh screen", () => {
  const { screen, feed, acks, atRest } = openFeed();
  feed.take({ type: "screen", stream: "a", offset: 0, bytes: 0, size: SIZE });
  feed.takeBytes(new Uint8Array(40 * 1024));
  feed.take({ type: "screen", stream: "b", offset: 1, bytes: 0, size: SIZE });
  screen.take();
  atRest();
  assertEquals(acks, [0, 1]);
});

test("TerminalFeed ignores bytes that nothing announced", () => {
  const { screen, feed } = openFeed();
  feed.takeBytes(bytes("stray"));
  assertEquals(screen.done, []);
  assertEquals(feed.place, undefined);
});
