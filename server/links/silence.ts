/**
 * Silence: closes a socket from which nothing is heard, with that reason.
 *
 * A terminal's viewer that stops reading is sent one window and no more, which
 * the kernel takes: no buffer here ever fills. Its pings stay unanswered.
 */

import { CLOSE } from "../protocol/close.ts";
import { closeSocket, type Socket } from "./socket.ts";

/**
 * Bun pings after 22 s without a word and cuts after 30, without a reason.
 * Between the two there are five seconds to answer.
 */
const SILENT_AFTER_MS = 27_000;

export class Silence {
  readonly #socket: Socket;
  #heardAt = performance.now();
  #timer: Timer;

  constructor(socket: Socket) {
    this.#socket = socket;
    this.#timer = setTimeout(() => this.#look(), SILENT_AFTER_MS);
  }

  /** The other side lives. */
  heard(): void {
    this.#heardAt = performance.now();
  }

  close(): void {
    clearTimeout(this.#timer);
  }

  #look(): void {
    const left = this.#heardAt + SILENT_AFTER_MS - performance.now();
    if (left > 0) {
      this.#timer = setTimeout(() => this.#look(), left);
      return;
    }
    const seconds = SILENT_AFTER_MS / 1_000;
    closeSocket(
      this.#socket,
      CLOSE.tooSlow,
      `Too slow: nothing was read or said for ${seconds} s`,
    );
  }
}
