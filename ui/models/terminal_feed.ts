/**
 * A viewer's place in a terminal's output: which bytes paint, which are live,
 * where to resume, and what the other side is told of it.
 *
 * Knows the order of things and nothing else: neither socket nor screen nor
 * clock is its own. The screen does everything it is given in that order.
 */

import type {
  TerminalDown,
  TerminalPlace,
  TerminalSize,
} from "../../server/protocol/terminal.ts";

/** What a feed needs of a screen. */
export interface FeedScreen {
  /** Forgets everything and has this size from here on. */
  reset(size: TerminalSize): void;
  resize(size: TerminalSize): void;
  /** Calls `taken` once these bytes, and all before them, are on the screen. */
  write(bytes: Uint8Array, taken: () => void): void;
}

/** What a feed needs of the connection and of time. */
export interface FeedPort {
  acknowledge(offset: number): void;
  /** Returns the undo. */
  after(ms: number, run: () => void): () => void;
}

/**
 * An eighth of the window that is sent ahead: the other side never waits for
 * an acknowledgement, and is not told of every line.
 */
const ACK_EVERY_BYTES = 32 * 1024;

/**
 * What is less than that is acknowledged at rest. Not left out: a viewer that
 * fell behind is shown a fresh screen only once it has taken all it was sent.
 */
const ACK_AT_REST_MS = 100;

export class TerminalFeed {
  readonly #screen: FeedScreen;
  readonly #port: FeedPort;
  /** Of all live bytes that came. Undefined before the first screen. */
  #place: TerminalPlace | undefined;
  /** Bytes of a screen that are still to come. */
  #painting = 0;
  #acked = 0;
  /** Raised with every beginning: what was written before is then nobody's. */
  #age = 0;
  #cancelRest: (() => void) | undefined;

  constructor(screen: FeedScreen, port: FeedPort) {
    this.#screen = screen;
    this.#port = port;
  }

  /** Where to go on after a cut. Undefined: with a fresh screen. */
  get place(): TerminalPlace | undefined {
    return this.#painting === 0 ? this.#place : undefined;
  }

  get isPainting(): boolean {
    return this.#painting > 0;
  }

  /** @returns Whether a fresh screen begins with it. */
  take(frame: TerminalDown): boolean {
    switch (frame.type) {
      case "screen":
        this.#begin(frame);
        this.#painting = frame.bytes;
        this.#screen.reset(frame.size);
        if (frame.bytes === 0) this.#ack(frame.offset);
        return true;
      case "resumed":
        this.#begin(frame);
        return false;
      case "size":
        this.#screen.resize(frame.size);
        return false;
      default:
        return false;
    }
  }

  takeBytes(bytes: Uint8Array): void {
    const painted = bytes.subarray(0, this.#painting);
    const live = bytes.subarray(painted.length);
    if (!this.#place) return;
    const { stream, offset } = this.#place;
    const age = this.#age;
    if (painted.length > 0) {
      this.#painting -= painted.length;
      const isWhole = this.#painting === 0;
      // At once: until then the other side sends no other screen.
      this.#screen.write(painted, () => {
        if (isWhole && age === this.#age) this.#ack(offset);
      });
    }
    if (live.length === 0) return;
    const end = offset + live.length;
    this.#place = { stream, offset: end };
    this.#screen.write(live, () => {
      if (age === this.#age) this.#taken(end);
    });
  }

  /** The connection is gone, or not wanted: nobody waits for a word of ours. */
  rest(): void {
    this.#cancelRest?.();
    this.#cancelRest = undefined;
  }

  #begin({ stream, offset }: TerminalPlace): void {
    this.rest();
    this.#age++;
    this.#painting = 0;
    this.#place = { stream, offset };
    this.#acked = offset;
  }

  #taken(offset: number): void {
    this.rest();
    if (offset - this.#acked >= ACK_EVERY_BYTES) return this.#ack(offset);
    this.#cancelRest = this.#port.after(
      ACK_AT_REST_MS,
      () => this.#ack(offset),
    );
  }

  #ack(offset: number): void {
    this.#acked = offset;
    this.#port.acknowledge(offset);
  }
}
