/**
 * What waits to be sent to an agent that has not yet read what came before.
 *
 * A prompt with files may be larger than what a socket takes at once; calls
 * and acknowledgements behind it keep their order here. An agent that reads
 * nothing for too long is closed with that reason.
 */

import { HypivisorError } from "../errors.ts";
import type { Metrics } from "../metrics.ts";
import { closeIfStillFull, isFull, sendText, type Socket } from "./socket.ts";

/** Plenty for calls and receipts; a second large prompt is refused. */
const WAITING_MAX_CHARACTERS = 1024 * 1024;

export class SendQueue {
  readonly #socket: Socket;
  readonly #metrics: Metrics;
  #texts: string[] = [];
  #characters = 0;
  #slow: ReturnType<typeof setTimeout> | undefined;

  constructor(socket: Socket, metrics: Metrics) {
    this.#socket = socket;
    this.#metrics = metrics;
  }

  /** @throws {HypivisorError} `unavailable` if too much waits already. */
  send(text: string): void {
    if (this.#texts.length === 0 && !isFull(this.#socket)) {
      return sendText(this.#socket, this.#metrics, text);
    }
    if (this.#characters + text.length > WAITING_MAX_CHARACTERS) {
      throw new HypivisorError("unavailable", "Agent reads too slowly");
    }
    this.#texts.push(text);
    this.#characters += text.length;
    this.#slow ??= closeIfStillFull(this.#socket, this.#metrics);
  }

  /** The socket has taken something. */
  drained(): void {
    while (this.#texts.length > 0 && !isFull(this.#socket)) {
      const text = this.#texts.shift() as string;
      this.#characters -= text.length;
      sendText(this.#socket, this.#metrics, text);
    }
    if (this.#texts.length === 0) this.stop();
  }

  /** Forgets the deadline: the socket is closed, or fast again. */
  stop(): void {
    clearTimeout(this.#slow);
    this.#slow = undefined;
  }
}
