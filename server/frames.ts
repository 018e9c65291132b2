/**
 * Frames of the runner's Unix socket: how they are written, and how they are
 * found again in what arrives. Length (u32, little endian), kind (u8), payload.
 *
 * Bulk output passes here: bytes are neither copied nor decoded but where a
 * frame is split over chunks. What is in a frame is not known here. Used by the
 * runner and by the daemon's client of it.
 */

import { HypivisorError } from "./errors.ts";
import { FRAME_KIND, RUNNER_FRAME_MAX_BYTES } from "./protocol/runner.ts";

export type FrameKind = typeof FRAME_KIND[keyof typeof FRAME_KIND];

/** Length and kind, in front of every payload. */
export const FRAME_HEAD_BYTES = 5;

/** Writes a frame's head into `target` at `at`. */
export function writeFrameHead(
  target: Uint8Array,
  kind: FrameKind,
  length: number,
  at = 0,
): void {
  target[at] = length;
  target[at + 1] = length >>> 8;
  target[at + 2] = length >>> 16;
  target[at + 3] = length >>> 24;
  target[at + 4] = kind;
}

/**
 * One frame as it goes over the socket.
 *
 * @throws {HypivisorError} `too_large` if the other side would refuse it.
 */
export function encodeFrame(kind: FrameKind, payload: Uint8Array): Uint8Array {
  if (payload.length > RUNNER_FRAME_MAX_BYTES) {
    throw new HypivisorError(
      "too_large",
      `Cannot send a frame of ${payload.length} bytes: at most ${RUNNER_FRAME_MAX_BYTES}`,
    );
  }
  const frame = new Uint8Array(FRAME_HEAD_BYTES + payload.length);
  writeFrameHead(frame, kind, payload.length);
  frame.set(payload, FRAME_HEAD_BYTES);
  return frame;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true });

/** A control frame. @throws {HypivisorError} `too_large` */
export function encodeControl(message: object): Uint8Array {
  return encodeFrame(
    FRAME_KIND.control,
    encoder.encode(JSON.stringify(message)),
  );
}

/**
 * The text of a control frame's payload.
 *
 * @throws {HypivisorError} `bad_request` if it is not UTF-8.
 */
export function decodeText(payload: Uint8Array): string {
  try {
    return decoder.decode(payload);
  } catch (cause) {
    throw new HypivisorError("bad_request", "Cannot read the frame as UTF-8", {
      cause,
    });
  }
}

/** Where the reader stands in the frame that is not yet complete. */
type Unfinished =
  | { readonly kind: "head"; filled: number }
  | {
    readonly kind: "payload";
    readonly frame: FrameKind;
    readonly payload: Uint8Array;
    filled: number;
  };

/** Finds the frames in a stream that arrives in chunks of any size. */
export class FrameReader {
  readonly #take: (kind: FrameKind, payload: Uint8Array) => void;
  readonly #head = new Uint8Array(FRAME_HEAD_BYTES);
  #unfinished: Unfinished = { kind: "head", filled: 0 };

  /** @param take Called per frame. The payload may be part of the chunk. */
  constructor(take: (kind: FrameKind, payload: Uint8Array) => void) {
    this.#take = take;
  }

  /**
   * Takes what arrived next. The chunk must not be written to afterwards.
   *
   * @throws {HypivisorError} `bad_request` or `too_large`: the peer is broken,
   * and where its next frame begins is not known.
   */
  push(chunk: Uint8Array): void {
    let at = 0;
    while (at < chunk.length) {
      at = this.#unfinished.kind === "head"
        ? this.#readHead(this.#unfinished, chunk, at)
        : this.#readPayload(this.#unfinished, chunk, at);
    }
  }

  #readHead(
    head: Unfinished & { kind: "head" },
    chunk: Uint8Array,
    at: number,
  ): number {
    const taken = Math.min(FRAME_HEAD_BYTES - head.filled, chunk.length - at);
    this.#head.set(chunk.subarray(at, at + taken), head.filled);
    head.filled += taken;
    const begin = at + taken;
    if (head.filled < FRAME_HEAD_BYTES) return begin;
    const { kind, length } = this.#parseHead();
    if (begin + length <= chunk.length) {
      head.filled = 0;
      this.#take(kind, chunk.subarray(begin, begin + length));
      return begin + length;
    }
    const payload = new Uint8Array(length);
    this.#unfinished = { kind: "payload", frame: kind, payload, filled: 0 };
    return begin;
  }

  #readPayload(
    rest: Unfinished & { kind: "payload" },
    chunk: Uint8Array,
    at: number,
  ): number {
    const { frame, payload } = rest;
    const taken = Math.min(payload.length - rest.filled, chunk.length - at);
    payload.set(chunk.subarray(at, at + taken), rest.filled);
    rest.filled += taken;
    if (rest.filled === payload.length) {
      this.#unfinished = { kind: "head", filled: 0 };
      this.#take(frame, payload);
    }
    return at + taken;
  }

  #parseHead(): { kind: FrameKind; length: number } {
    const [a = 0, b = 0, c = 0, d = 0, kind] = this.#head;
    const length = (a | b << 8 | c << 16 | d << 24) >>> 0;
    if (length > RUNNER_FRAME_MAX_BYTES) {
      throw new HypivisorError(
        "too_large",
        `Cannot take a frame of ${length} bytes: at most ${RUNNER_FRAME_MAX_BYTES}`,
      );
    }
    if (kind !== FRAME_KIND.control && kind !== FRAME_KIND.bytes) {
      throw new HypivisorError(
        "bad_request",
        `Cannot take a frame of kind ${kind}: must be 0 or 1`,
      );
    }
    return { kind, length };
  }
}
