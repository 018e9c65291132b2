import { expect, test } from "bun:test";
import {
  decodeText,
  encodeControl,
  encodeFrame,
  type FrameKind,
  FrameReader,
} from "./frames.ts";
import { FRAME_KIND, RUNNER_FRAME_MAX_BYTES } from "./protocol/runner.ts";

function read(chunks: readonly Uint8Array[]): [FrameKind, string][] {
  const frames: [FrameKind, string][] = [];
  const reader = new FrameReader((kind, payload) =>
    frames.push([kind, decodeText(payload)])
  );
  for (const chunk of chunks) reader.push(chunk);
  return frames;
}

const bytes = (text: string) =>
  encodeFrame(FRAME_KIND.bytes, new TextEncoder().encode(text));

test("FrameReader finds the same frames however the stream is cut", () => {
  const stream = Buffer.concat([
    encodeControl({ type: "hello", name: "größer" }),
    bytes("ls -l\r"),
    bytes(""),
    bytes("x".repeat(70_000)),
    encodeControl({ type: "bye" }),
  ]);
  const whole = read([stream]);

  expect(whole.map(([kind, text]) => [kind, text.length])).toEqual([
    [0, 32],
    [1, 6],
    [1, 0],
    [1, 70_000],
    [0, 14],
  ]);
  for (const size of [1, 2, 3, 5, 7, 64, 4_096]) {
    const chunks: Uint8Array[] = [];
    for (let at = 0; at < stream.length; at += size) {
      chunks.push(stream.subarray(at, at + size));
    }
    expect(read(chunks)).toEqual(whole);
  }
});

test("FrameReader hands on a frame that lies in one chunk without a copy", () => {
  const chunk = bytes("echo");
  let seen: Uint8Array | undefined;
  new FrameReader((_kind, payload) => seen = payload).push(chunk);

  expect(seen?.buffer).toBe(chunk.buffer);
});

test("FrameReader refuses a length and a kind that nobody sends", () => {
  const tooLong = new Uint8Array([0xff, 0xff, 0xff, 0xff, 1]);
  const tooLongByOne = new Uint8Array(5);
  new DataView(tooLongByOne.buffer)
    .setUint32(0, RUNNER_FRAME_MAX_BYTES + 1, true);

  expect(() => read([tooLong])).toThrow("Cannot take a frame of 4294967295");
  expect(() => read([tooLongByOne])).toThrow("at most 4194304");
  expect(() => read([new Uint8Array([1, 0, 0, 0, 2, 0])])).toThrow("kind 2");
  expect(() => read([new TextEncoder().encode("GET / HTTP/1.1\r\n")]))
    .toThrow();
});

test("encodeFrame() refuses what the other side would", () => {
  const payload = new Uint8Array(RUNNER_FRAME_MAX_BYTES + 1);

  expect(() => encodeFrame(FRAME_KIND.bytes, payload)).toThrow("at most");
});
