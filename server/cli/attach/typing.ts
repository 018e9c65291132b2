/**
 * What is typed, on its way to the daemon: sent in frames of one size, counted
 * while it waits in the socket, and held for a while where there is none.
 */

/** More is on its way to the daemon: no more keys are read until it is gone. */
const SENDING_MAX_BYTES = 256 * 1024;
const SENDING_LOOK_MS = 5;

/** A paste is sent in pieces of this. */
const FRAME_BYTES = 16 * 1024;

/** Typed while there is no link; a person types no more in vain. */
const HELD_MAX_BYTES = 16 * 1024;

export class Typing {
  /** Set while there is a link. */
  #socket: Bun.WebSocket | undefined;
  #held: Uint8Array[] = [];

  /** Whether keys are to wait until `sent`. */
  get isFull(): boolean {
    return (this.#socket?.bufferedAmount ?? 0) > SENDING_MAX_BYTES;
  }

  /** Sends keys, or holds them. False if they were too many to be held. */
  type(bytes: Uint8Array): boolean {
    if (this.#socket) {
      this.#send(this.#socket, bytes);
      return true;
    }
    const held = this.#held.reduce((sum, { length }) => sum + length, 0);
    if (held + bytes.length > HELD_MAX_BYTES) return false;
    this.#held.push(bytes);
    return true;
  }

  /** There is a link: what was held goes out first. */
  open(socket: Bun.WebSocket): void {
    this.#socket = socket;
    for (const bytes of this.#held.splice(0)) this.#send(socket, bytes);
  }

  close(): void {
    this.#socket = undefined;
  }

  /** Resolves when more may be typed. */
  async sent(): Promise<void> {
    // Bun 1.4.5 does not tell when a client's socket has drained.
    while (this.isFull) await Bun.sleep(SENDING_LOOK_MS);
  }

  /** In frames that leave room for other keys in between. */
  #send(socket: Bun.WebSocket, bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; at += FRAME_BYTES) {
      socket.send(bytes.subarray(at, at + FRAME_BYTES));
    }
  }
}
