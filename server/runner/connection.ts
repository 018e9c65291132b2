/**
 * One connection of the runner's socket, as far as bytes are concerned: frames
 * in, frames out, and what the kernel has not taken yet.
 *
 * Decides nothing. Whoever writes bulk looks at `isBlocked` first, so that what
 * waits here is one frame and a few words.
 */

import {
  encodeControl,
  FRAME_HEAD_BYTES,
  type FrameKind,
  FrameReader,
  writeFrameHead,
} from "../frames.ts";
import { FRAME_KIND } from "../protocol/runner.ts";

/** Of one frame of bulk: small enough for others to have their turn between. */
export const PIECE_BYTES = 64 * 1024;

/**
 * Of control frames that wait. Only a peer that has stopped reading gets here,
 * and it is closed: a daemon connects again and asks anew.
 */
const WAITING_MAX_BYTES = 4 * 1024 * 1024;

type RunnerSocket = Bun.Socket<Connection>;

export interface ConnectionClient {
  onFrame(kind: FrameKind, payload: Uint8Array): void;
  onDrain(): void;
  onClose(): void;
}

/** Head and payload go out in one call; the kernel copies before it returns. */
const piece = new Uint8Array(FRAME_HEAD_BYTES + PIECE_BYTES);

export class Connection {
  readonly #socket: RunnerSocket;
  readonly #reader = new FrameReader((kind, payload) =>
    this.client?.onFrame(kind, payload)
  );
  #waiting: Uint8Array[] = [];
  #waitingBytes = 0;
  #isPaused = false;
  /** Whom it is for. Set by whoever made it. */
  client: ConnectionClient | undefined;

  constructor(socket: RunnerSocket) {
    this.#socket = socket;
  }

  /** Whether the kernel has not taken all that was sent. */
  get isBlocked(): boolean {
    return this.#waiting.length > 0;
  }

  get isPaused(): boolean {
    return this.#isPaused;
  }

  /** @throws {HypivisorError} if what arrived is not a frame. */
  receive(chunk: Uint8Array): void {
    this.#reader.push(chunk);
  }

  send(message: object): void {
    this.#write(encodeControl(message));
  }

  /** Sends one frame of at most `PIECE_BYTES`, which may be a view of a ring. */
  sendBytes(payload: Uint8Array): void {
    writeFrameHead(piece, FRAME_KIND.bytes, payload.length);
    piece.set(payload, FRAME_HEAD_BYTES);
    this.#write(piece.subarray(0, FRAME_HEAD_BYTES + payload.length));
  }

  /** Called when the kernel takes more. */
  flush(): void {
    let first;
    while ((first = this.#waiting[0])) {
      const taken = Math.max(0, this.#socket.write(first));
      this.#waitingBytes -= taken;
      if (taken < first.length) {
        this.#waiting[0] = first.subarray(taken);
        return;
      }
      this.#waiting.shift();
    }
    this.client?.onDrain();
  }

  /** Stops or goes on reading: what the peer sends waits at the peer. */
  setPaused(isPaused: boolean): void {
    if (isPaused === this.#isPaused) return;
    this.#isPaused = isPaused;
    if (isPaused) this.#socket.pause();
    else this.#socket.resume();
  }

  /** Ends the connection. What the kernel has taken still arrives. */
  close(): void {
    this.#socket.end();
  }

  #write(frame: Uint8Array): void {
    const taken = this.isBlocked ? 0 : Math.max(0, this.#socket.write(frame));
    if (taken === frame.length) return;
    // A copy: the frame may lie in the shared piece.
    this.#waiting.push(frame.slice(taken));
    this.#waitingBytes += frame.length - taken;
    if (this.#waitingBytes > WAITING_MAX_BYTES) this.#socket.terminate();
  }
}
