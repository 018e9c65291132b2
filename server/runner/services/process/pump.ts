/**
 * Reads a pipe to its end and hands on what comes, at the pace of whoever takes
 * it: what is not taken waits in the pipe, and its writer with it.
 */

import { closeSync } from "node:fs";
import { logger } from "../../../log.ts";
import { widenPipe } from "../../libc.ts";

const log = logger("pump");

/**
 * Of one pipe in one turn of the loop. A child that floods is read on in the
 * next one, after everybody else.
 */
const TURN_BYTES = 256 * 1024;

/**
 * What comes in smaller pieces, one right after the other, is left to gather
 * for a moment: a program that writes a line at a time has each read cost as
 * much as the lines in it. Nobody waits for so short a time.
 */
const PIECE_BYTES = 16 * 1024;
const REST_MS = 1;

/** For that the usual 64 KiB are too few: the program would have to wait. */
const PIPE_BYTES = 512 * 1024;

export interface Pump {
  /** Resolves at the end of the pipe, or when it was closed. Never rejects. */
  readonly ended: Promise<void>;
  /** Reads no more, whoever still writes. */
  close(): void;
}

/** The descriptor belongs to the pump from now on. */
export function startPump(
  fd: number,
  take: (chunk: Uint8Array) => void,
): Pump {
  const reader = Bun.file(fd).stream().getReader();
  const ended = readAll(fd, reader, take)
    .catch((thrown) => log.failed("pump_failed", thrown))
    // Bun 1.4.5 leaves it open.
    .then(() => closeSync(fd));
  return { ended, close: () => void reader.cancel().catch(() => {}) };
}

async function readAll(
  fd: number,
  reader: ReadableStreamDefaultReader<Uint8Array>,
  take: (chunk: Uint8Array) => void,
): Promise<void> {
  let turnBytes = 0;
  let isWide = false;
  let lastAt = -Infinity;
  while (true) {
    const { done, value } = await reader.read();
    if (done) return;
    const isFlood = performance.now() - lastAt < REST_MS;
    take(value);
    turnBytes += value.length;
    if (isFlood && value.length < PIECE_BYTES) {
      if (!isWide) widenPipe(fd, PIPE_BYTES);
      isWide = true;
      await Bun.sleep(REST_MS);
      turnBytes = 0;
    } else if (turnBytes >= TURN_BYTES) {
      await new Promise<void>((resolve) => setImmediate(resolve));
      turnBytes = 0;
    }
    lastAt = performance.now();
  }
}
