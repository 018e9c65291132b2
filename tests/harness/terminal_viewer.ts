/**
 * A viewer of a terminal, for tests and measurements: speaks
 * `/ws/terminal/{id}` with acknowledgements, has a screen that takes bytes at
 * a pace of its own, and comes back where it was after a cut.
 *
 * Keeps no output: whoever wants it listens to `onBytes`.
 */

import {
  TERMINAL_SUBPROTOCOL,
  type TerminalDown,
  type TerminalPlace,
  type TerminalRecord,
  type TerminalSize,
  type TerminalUp,
} from "../../server/protocol/terminal.ts";
import { until } from "./until.ts";

/** As the page does: often enough for a window of 128 KiB to stay open. */
const ACK_EVERY_BYTES = 32 * 1_024;
/** The rest too: a viewer that is behind gets its screen after the last ack. */
const ACK_WITHIN_MS = 50;
const PACE_TICK_MS = 2;

type Socket = WebSocket & { pause(): void; resume(): void; terminate(): void };

export interface TerminalViewerOptions {
  readonly size?: TerminalSize;
  readonly readOnly?: boolean;
  readonly name?: string;
  /** What its screen takes in a second, in bytes. Absent: all at once. */
  readonly pace?: number;
  /** As browsers do. By default it is not offered. */
  readonly offersDeflate?: boolean;
  /** Dials again, with the place it has reached, when it was cut off. */
  readonly comesBack?: boolean;
  /** Where it was once before. */
  readonly place?: TerminalPlace;
}

export class TestTerminalViewer implements AsyncDisposable {
  readonly #urlOf: (path: string) => string;
  readonly #terminal: string;
  readonly #options: TerminalViewerOptions;
  #socket: Socket | undefined;
  #stopped = false;
  /** Stream and end of what was received, taken by the screen or not. */
  #place: TerminalPlace | undefined;
  #paintLeft = 0;
  /** What the screen has not taken yet. */
  #waiting: Uint8Array[] = [];
  #acked = 0;
  #timer: Timer | undefined;
  #ackTimer: Timer | undefined;
  /** Live bytes that the screen has taken, as a place in the stream. */
  taken = 0;
  record: TerminalRecord | undefined;
  /** Its own id among the viewers. */
  id = "";
  window = 0;
  size: TerminalSize | undefined;
  /** How often it had to begin anew, and how often it went on. */
  screens = 0;
  resumes = 0;
  closed: { code: number; reason: string } | undefined;
  readonly refusals: string[] = [];
  /** Called with live bytes as the screen takes them. */
  onBytes: (bytes: Uint8Array, offset: number) => void = () => {};
  /** Called with what paints a screen anew. */
  onPaint: (bytes: Uint8Array) => void = () => {};
  /** Called before `onPaint`. */
  onScreen: (at: { offset: number; size: TerminalSize }) => void = () => {};

  /** @param urlOf Makes a path a whole URL, again for each time it dials. */
  constructor(
    urlOf: (path: string) => string,
    terminal: string,
    options: TerminalViewerOptions = {},
  ) {
    this.#urlOf = urlOf;
    this.#terminal = terminal;
    this.#options = options;
    this.#place = options.place;
    this.#dial();
    if (options.pace !== undefined) this.#takeAtPace(options.pace);
  }

  /** Resolves when it has a screen, or was told that it goes on. */
  static async open(
    urlOf: (path: string) => string,
    terminal: string,
    options: TerminalViewerOptions = {},
  ): Promise<TestTerminalViewer> {
    const viewer = new TestTerminalViewer(urlOf, terminal, options);
    await until(() => viewer.screens + viewer.resumes > 0, {
      withinMs: 10_000,
      seen: () => ({ closed: viewer.closed, refused: viewer.refusals }),
    });
    return viewer;
  }

  /** Where its live bytes have arrived, taken by the screen or not. */
  get place(): TerminalPlace | undefined {
    return this.#place;
  }

  get isLinked(): boolean {
    return this.#socket?.readyState === WebSocket.OPEN;
  }

  type(keys: string | Uint8Array<ArrayBuffer>): void {
    this.#socket?.send(Buffer.from(keys as string));
  }

  say(frame: TerminalUp): void {
    this.#socket?.send(JSON.stringify(frame));
  }

  resize(size: TerminalSize): void {
    this.say({ type: "size", ...size });
  }

  /** Reads nothing more from its socket. */
  stall(): void {
    this.#socket?.pause();
  }

  resume(): void {
    this.#socket?.resume();
  }

  /** Ends the connection without a word. */
  cut(): void {
    this.#socket?.terminate();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopped = true;
    clearInterval(this.#timer);
    clearTimeout(this.#ackTimer);
    this.resume();
    this.#socket?.close();
    await until(() => this.#socket?.readyState === WebSocket.CLOSED);
  }

  #dial(): void {
    if (this.#stopped) return;
    const { size, readOnly, name, offersDeflate } = this.#options;
    const query = new URLSearchParams({
      ...(this.#place && {
        stream: this.#place.stream,
        offset: String(this.#place.offset),
      }),
      ...(size && { cols: String(size.cols), rows: String(size.rows) }),
      ...(readOnly && { readonly: "1" }),
      ...(name && { name }),
    });
    const path = `/ws/terminal/${this.#terminal}?${query}`;
    const socket = new WebSocket(this.#urlOf(path), {
      protocols: [TERMINAL_SUBPROTOCOL],
      perMessageDeflate: offersDeflate === true,
    } as never) as Socket;
    socket.binaryType = "nodebuffer" as never;
    this.#socket = socket;
    socket.onmessage = ({ data }) => {
      if (typeof data === "string") this.#hear(JSON.parse(data));
      else this.#receive(data as unknown as Buffer);
    };
    socket.onclose = ({ code, reason }) => {
      this.closed = { code, reason };
      this.#paintLeft = 0;
      if (!this.#options.comesBack || this.#stopped) return;
      setTimeout(() => this.#dial(), 10 + Math.random() * 20);
    };
  }

  #hear(frame: TerminalDown): void {
    switch (frame.type) {
      case "attached":
        this.id = frame.viewer;
        this.window = frame.window;
        this.record = frame.terminal;
        this.closed = undefined;
        return;
      case "screen":
        this.#waiting = [];
        this.#place = { stream: frame.stream, offset: frame.offset };
        this.taken = this.#acked = frame.offset;
        this.#paintLeft = frame.bytes;
        this.size = frame.size;
        this.screens++;
        return this.onScreen(frame);
      case "resumed":
        this.#place = { stream: frame.stream, offset: frame.offset };
        this.resumes++;
        return;
      case "size":
        this.size = frame.size;
        return;
      case "terminal":
        this.record = frame.terminal;
        return;
      case "refused":
        this.refusals.push(frame.reason);
        return;
    }
  }

  #receive(bytes: Buffer): void {
    const paint = bytes.subarray(0, this.#paintLeft);
    if (paint.length > 0) {
      this.#paintLeft -= paint.length;
      this.onPaint(paint);
    }
    const live = bytes.subarray(paint.length);
    if (live.length === 0 || !this.#place) return;
    this.#place = { ...this.#place, offset: this.#place.offset + live.length };
    if (this.#options.pace === undefined) this.#take(live);
    else this.#waiting.push(live);
  }

  #take(bytes: Uint8Array): void {
    this.onBytes(bytes, this.taken);
    this.taken += bytes.length;
    if (this.taken - this.#acked >= ACK_EVERY_BYTES) this.#ack();
    else this.#ackTimer ??= setTimeout(() => this.#ack(), ACK_WITHIN_MS);
  }

  #ack(): void {
    clearTimeout(this.#ackTimer);
    this.#ackTimer = undefined;
    if (this.#acked === this.taken) return;
    this.#acked = this.taken;
    if (this.isLinked) this.say({ type: "ack", offset: this.taken });
  }

  #takeAtPace(bytesPerSecond: number): void {
    let before = performance.now();
    this.#timer = setInterval(() => {
      const now = performance.now();
      let budget = bytesPerSecond * (now - before) / 1_000;
      before = now;
      while (budget > 0) {
        const [next] = this.#waiting;
        if (!next) return;
        const piece = next.subarray(0, Math.ceil(budget));
        budget -= piece.length;
        if (piece.length === next.length) this.#waiting.shift();
        else this.#waiting[0] = next.subarray(piece.length);
        this.#take(piece);
      }
    }, PACE_TICK_MS);
  }
}
