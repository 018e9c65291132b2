/**
 * What a person types, on its way to a terminal.
 *
 * Long pastes go in pieces, so that keys, acknowledgements and other sockets
 * have their turn between them; what is typed during a cut is held for a while.
 * Knows bytes only.
 */

/** What input needs of the connection and of time. */
export interface InputPort {
  /** False if there is no connection that takes it. */
  send(bytes: Uint8Array<ArrayBuffer>): boolean;
  /** Bytes that were sent and did not leave this browser yet. */
  waitingBytes(): number;
  /** Returns the undo. */
  after(ms: number, run: () => void): () => void;
}

/** Small enough for the rest of the page to have its turn between two. */
const PIECE_BYTES = 16 * 1024;

/** More is not handed to the socket at a time. */
const AHEAD_BYTES = 64 * 1024;

/** How often it is looked whether more may go. */
const LOOK_AGAIN_MS = 10;

/** A book. More is a mistake: it is refused as a whole, and the person told. */
export const INPUT_MAX_BYTES = 4 * 1024 * 1024;

/** Typed during a cut: what a person can still have in mind. More is dropped. */
const HELD_MAX_BYTES = 4 * 1024;

export class TerminalInput {
  readonly #port: InputPort;
  #queue: Uint8Array<ArrayBuffer>[] = [];
  #queuedBytes = 0;
  #isOpen = false;
  #cancel: (() => void) | undefined;

  constructor(port: InputPort) {
    this.#port = port;
  }

  get waitingBytes(): number {
    return this.#queuedBytes;
  }

  /** False if it is too much and none of it will be typed. */
  type(bytes: Uint8Array<ArrayBuffer>): boolean {
    const limit = this.#isOpen ? INPUT_MAX_BYTES : HELD_MAX_BYTES;
    if (this.#queuedBytes + bytes.length > limit) return false;
    this.#queue.push(bytes);
    this.#queuedBytes += bytes.length;
    this.#flush();
    return true;
  }

  /** The program is there, the same as before: what was held goes to it. */
  open(): void {
    this.#isOpen = true;
    this.#flush();
  }

  /** A cut: from now on a little is held. */
  hold(): void {
    this.#isOpen = false;
    this.#cancel?.();
    this.#cancel = undefined;
    // The rest of a long paste would come too late to be meant.
    if (this.#queuedBytes > HELD_MAX_BYTES) this.drop();
  }

  /** Another program is there now: what was meant for the last one goes. */
  drop(): void {
    this.#queue = [];
    this.#queuedBytes = 0;
  }

  #flush(): void {
    if (!this.#isOpen || this.#cancel) return;
    while (this.#queue[0]) {
      if (this.#port.waitingBytes() >= AHEAD_BYTES) {
        this.#cancel = this.#port.after(LOOK_AGAIN_MS, () => {
          this.#cancel = undefined;
          this.#flush();
        });
        return;
      }
      const [first] = this.#queue;
      const piece = first.subarray(0, PIECE_BYTES);
      if (!this.#port.send(piece)) return;
      this.#queuedBytes -= piece.length;
      if (piece.length === first.length) this.#queue.shift();
      else this.#queue[0] = first.subarray(PIECE_BYTES);
    }
  }
}
