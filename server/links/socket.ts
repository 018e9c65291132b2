/**
 * What a link is to the server: the carrier behind one WebSocket.
 *
 * `http/upgrade.ts` puts a carrier into a socket's data and passes on what
 * Bun reports. A carrier moves frames; decisions are the keepers'.
 */

import { logger } from "../log.ts";
import type { Metrics } from "../metrics.ts";
import { CLOSE } from "../protocol/close.ts";

const log = logger("socket");

export interface SocketData {
  carrier: Carrier;
  /** The cookie that let it in, if one did. */
  readonly cookie: string | undefined;
}

export type Socket = Bun.ServerWebSocket<SocketData>;

export interface Carrier {
  /** It was made for a socket that came to nothing. */
  refused?(): void;
  opened(socket: Socket): void;
  text(frame: string): void;
  binary(frame: Uint8Array<ArrayBuffer>): void;
  /** The socket's buffer is empty again. */
  drained(): void;
  /** A ping or pong came: the other side lives. */
  heard(): void;
  closed(code: number, reason: string): void;
}

/**
 * What may wait in one socket's buffer before its link sends no more until it
 * has drained. With the largest frame on top it stays below 4 MiB.
 */
export const BUFFERED_MAX_BYTES = 1024 * 1024;

/**
 * A reader that has not caught up by then is closed. Below the time a peer may
 * leave a ping unanswered, so that the reason is this one and is counted.
 */
const TOO_SLOW_AFTER_MS = 25_000;

/** Given to a peer to answer a close, before the connection is cut. */
const CLOSE_GRACE_MS = 2_000;

/** Longest reason that fits a close frame, in bytes. */
const REASON_MAX_BYTES = 120;

export function isFull(socket: Socket): boolean {
  return socket.getBufferedAmount() > BUFFERED_MAX_BYTES;
}

export function sendText(socket: Socket, metrics: Metrics, text: string): void {
  // Bun tells the bytes it wrote, or -1 when it has to queue them.
  const bytes = socket.send(text);
  metrics.count("hypivisor_bytes_out_total", bytes > 0 ? bytes : text.length);
}

/** Closes with a reason, and cuts the connection if that is not answered. */
export function closeSocket(
  socket: Socket,
  code: number,
  reason: string,
): void {
  log.debug("closing", { code, reason });
  socket.close(code, shorten(reason));
  const cut = setTimeout(() => socket.terminate(), CLOSE_GRACE_MS);
  cut.unref();
}

/**
 * Gives a reader up that does not catch up. Returns what takes that back.
 *
 * @param over What its link lets wait, for the reason.
 */
export function closeIfStillFull(
  socket: Socket,
  metrics: Metrics,
  over = "1 MiB",
): ReturnType<typeof setTimeout> {
  return setTimeout(() => {
    metrics.count("hypivisor_too_slow_total");
    const seconds = TOO_SLOW_AFTER_MS / 1_000;
    closeSocket(
      socket,
      CLOSE.tooSlow,
      `Too slow: over ${over} waits for ${seconds} s`,
    );
  }, TOO_SLOW_AFTER_MS);
}

function shorten(reason: string): string {
  const bytes = new TextEncoder().encode(reason);
  if (bytes.length <= REASON_MAX_BYTES) return reason;
  // `stream` leaves out a character that was cut in the middle.
  return new TextDecoder().decode(bytes.slice(0, REASON_MAX_BYTES), {
    stream: true,
  });
}

/** How often a socket that is not read looks whether it may be again. */
const PAUSE_POLL_MS = 50;

/**
 * Stops reading from a socket while `isFull`: what the other side sends then
 * waits on its side.
 */
export function pauseWhile(socket: Socket, isFull: () => boolean): void {
  // Bun has both; its types do not.
  const pausable = socket as Socket & { pause(): void; resume(): void };
  pausable.pause();
  const poll = setInterval(() => {
    const isOpen = socket.readyState === WebSocket.OPEN;
    if (isFull() && isOpen) return;
    clearInterval(poll);
    if (isOpen) pausable.resume();
  }, PAUSE_POLL_MS);
}
