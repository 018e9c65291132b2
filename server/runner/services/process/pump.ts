/**
 * Reads a pipe to its end and hands on what comes, at the pace of whoever takes
 * it: what is not taken waits in the pipe, and its writer with it.
 *
 * A pipe that is waited for costs its writer a call of the waiting with every
 * write, on Linux, which is a quarter of the time of a program that writes a
 * line at a time. In a flood the pipe is therefore looked into once in a while.
 */

import { closeSync, readSync } from "node:fs";
import { logger } from "../../../log.ts";
import { widenPipe } from "../../libc.ts";
import { PipeStream } from "./pipe_stream.ts";

const log = logger("pump");

/** It is a flood after so many pieces, each so soon after the one before. */
const FLOOD_PIECES = 8;
const SOON_MS = 1;

/** What comes meanwhile is read at once. Nobody waits for so short a time. */
const REST_MS = 1;

/**
 * For that the usual 64 KiB are too few: the program would have to wait. More
 * than this is not given to everybody.
 */
const PIPE_BYTES = 1024 * 1024;

/** In one rest, this is near to that. */
const FULL_BYTES = 768 * 1024;

/** The flood is over after so many looks at nothing. */
const QUIET_LOOKS = 4;

/**
 * Of one pipe in one turn of the loop, for whoever takes it is not always fast.
 * A child that floods is read on in the next one, after everybody else.
 */
const TURN_MS = 2;

/** Read at once: less of it where that takes long, but nothing smaller. */
const MIN_READ_BYTES = 16 * 1024;
const MAX_READ_BYTES = 128 * 1024;

/** For all floods: whoever takes a chunk is done with it when it returns. */
let scratch: Buffer | undefined;

export interface Pump {
  /** Resolves at the end of the pipe, or when it was closed. Never rejects. */
  readonly ended: Promise<void>;
  /** Reads no more, whoever still writes. */
  close(): void;
}

/**
 * The descriptor belongs to the pump from now on.
 *
 * @param take Must not keep a chunk: its memory is used again.
 */
export function startPump(
  fd: number,
  take: (chunk: Uint8Array) => void,
): Pump {
  const pump = new PipePump(fd, take);
  const ended = pump.run()
    .catch((thrown) => log.failed("pump_failed", thrown))
    .then(() => pump.release());
  return { ended, close: () => pump.close() };
}

class PipePump {
  #fd: number;
  readonly #take: (chunk: Uint8Array) => void;
  #stream: PipeStream | undefined;
  #readBytes = MIN_READ_BYTES;
  #isClosed = false;

  constructor(fd: number, take: (chunk: Uint8Array) => void) {
    this.#fd = fd;
    this.#take = take;
  }

  async run(): Promise<void> {
    while (await this.#wait() === "flood" && await this.#look() === "quiet");
  }

  close(): void {
    this.#isClosed = true;
    this.#stream?.close();
  }

  release(): void {
    closeSync(this.#fd);
  }

  /** Waits for what comes and hands it on, until that is a flood. */
  async #wait(): Promise<"end" | "flood"> {
    if (this.#isClosed) return "end";
    const stream = new PipeStream(this.#fd);
    this.#stream = stream;
    let turnEnds = 0;
    let pieces = 0;
    let lastAt = -Infinity;
    let next: number | undefined;
    while (true) {
      const chunk = await stream.read();
      if (!chunk) break;
      pieces = performance.now() - lastAt < SOON_MS ? pieces + 1 : 0;
      this.#take(chunk);
      if (pieces === FLOOD_PIECES) next ??= stream.takeAway();
      if (performance.now() >= turnEnds) {
        await nextTurn();
        turnEnds = performance.now() + TURN_MS;
      }
      lastAt = performance.now();
    }
    if (next === undefined) return "end";
    closeSync(this.#fd);
    this.#fd = next;
    return "flood";
  }

  /** Looks again and again for what has come, as long as something does. */
  async #look(): Promise<"end" | "quiet"> {
    widenPipe(this.#fd, PIPE_BYTES);
    let quiet = 0;
    let lookedAt = -Infinity;
    while (quiet < QUIET_LOOKS && !this.#isClosed) {
      const now = performance.now();
      const bytes = this.#drain();
      if (bytes === "end") return "end";
      quiet = bytes === 0 ? quiet + 1 : 0;
      const perRest = bytes / (now - lookedAt) * REST_MS;
      lookedAt = now;
      // Who would fill the pipe meanwhile would have to wait.
      const isFull = Math.max(bytes, perRest) >= FULL_BYTES;
      await (isFull ? nextTurn() : Bun.sleep(REST_MS));
    }
    return "quiet";
  }

  /** Hands on what is there, within the bounds of a turn. Returns how much. */
  #drain(): number | "end" {
    scratch ??= Buffer.allocUnsafeSlow(MAX_READ_BYTES);
    let bytes = 0;
    let now = performance.now();
    const turnEnds = now + TURN_MS;
    while (now < turnEnds) {
      const read = readNow(this.#fd, scratch, this.#readBytes);
      if (read === 0 && bytes === 0) return "end";
      if (!read) break;
      this.#take(scratch.subarray(0, read));
      bytes += read;
      // That was all: to ask again would cost an error.
      if (read < this.#readBytes) break;
      const tookMs = performance.now() - now;
      now += tookMs;
      this.#readBytes = tookMs > TURN_MS / 2
        ? Math.max(this.#readBytes / 2, MIN_READ_BYTES)
        : Math.min(this.#readBytes * 2, MAX_READ_BYTES);
    }
    return bytes;
  }
}

/** How much was read, 0 at the end; undefined if nothing is there yet. */
function readNow(fd: number, into: Buffer, bytes: number): number | undefined {
  try {
    return readSync(fd, into, 0, bytes, null);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EAGAIN") return undefined;
    throw error;
  }
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
