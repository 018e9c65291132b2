/**
 * Reads a pipe to its end and hands on what comes, at the pace of whoever takes
 * it: what is not taken waits in the pipe, and its writer with it.
 */

import { closeSync } from "node:fs";
import { logger } from "../../../log.ts";

const log = logger("pump");

/**
 * Of one pipe in one turn of the loop. A child that floods is read on in the
 * next one, after everybody else.
 */
const TURN_BYTES = 256 * 1024;

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
  const ended = readAll(reader, take)
    .catch((thrown) => log.failed("pump_failed", thrown))
    // Bun 1.4.5 leaves it open.
    .then(() => closeSync(fd));
  return { ended, close: () => void reader.cancel().catch(() => {}) };
}

async function readAll(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  take: (chunk: Uint8Array) => void,
): Promise<void> {
  let turnBytes = 0;
  while (true) {
    const { done, value } = await reader.read();
    if (done) return;
    take(value);
    turnBytes += value.length;
    if (turnBytes < TURN_BYTES) continue;
    await new Promise<void>((resolve) => setImmediate(resolve));
    turnBytes = 0;
  }
}
