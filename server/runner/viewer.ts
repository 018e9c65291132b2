/**
 * One viewer of one terminal: what it is sent next, and when.
 *
 * Walks along the tape as its pace and its connection allow. A viewer whose
 * place on the tape is gone is shown a fresh screen once it has taken what it
 * was sent. Decides nothing about the terminal.
 */

import type {
  TerminalDown,
  TerminalPlace,
  TerminalRecord,
  TerminalSize,
} from "../protocol/terminal.ts";
import { type Connection, PIECE_BYTES } from "./connection.ts";
import { Pace } from "./pace.ts";
import { Patience } from "./patience.ts";
import type { Tape } from "./tape.ts";

/** A screen as it is painted: from `offset` on the tape goes on. */
export interface Painting {
  readonly bytes: Uint8Array;
  readonly offset: number;
  readonly size: TerminalSize;
  readonly sizeNumber: number;
}

/** What a program prints, from its start to its end. */
export interface Stream {
  readonly id: string;
  readonly tape: Tape;
}

type Phase =
  /** A screen was asked for and is not here yet. */
  | { readonly kind: "asking" }
  | { readonly kind: "painting"; readonly painting: Painting; at: number }
  | { readonly kind: "live" }
  /** What comes next is gone; asks when it has taken what it was sent. */
  | { readonly kind: "behind" };

export interface ViewerCard {
  readonly id: string;
  readonly name: string;
  readonly readOnly: boolean;
}

export class Viewer {
  readonly card: ViewerCard;
  readonly pace: Pace;
  readonly patience = new Patience();
  readonly #connection: Connection;
  readonly #ask: (viewer: Viewer) => void;
  #stream: Stream;
  #phase: Phase = { kind: "asking" };
  #sizeNumber = 0;
  /** The record as it will be told: what changes meanwhile replaces it. */
  #news: TerminalRecord | undefined;
  #isRefused = false;
  /** Its own size, as it last said. */
  size: TerminalSize | undefined;

  /** @param ask Called when it needs a screen; answered by `show`. */
  constructor(
    card: ViewerCard,
    connection: Connection,
    stream: Stream,
    ask: (viewer: Viewer) => void,
  ) {
    this.card = card;
    this.#connection = connection;
    this.#stream = stream;
    this.#ask = ask;
    this.pace = new Pace(stream.tape.end);
  }

  /** Whether it is at its place on the tape, and counts there. */
  get isFollowing(): boolean {
    return this.#phase.kind !== "behind" && !this.#connection.isPaused;
  }

  /** Up to where it has taken the output for sure. Undefined if not at all. */
  get place(): number | undefined {
    return this.#phase.kind === "live" && !this.pace.owesAck
      ? this.pace.acked
      : undefined;
  }

  tell(message: TerminalDown): void {
    this.#connection.send(message);
  }

  /** What it sent was not done. Said once: more of it needs no more words. */
  refuse(reason: string): void {
    if (this.#isRefused) return;
    this.#isRefused = true;
    this.tell({ type: "refused", reason });
  }

  /** The terminal's record has changed. */
  inform(record: TerminalRecord): void {
    this.#news = record;
  }

  /** Reads no more of what it types, until there is room for it. */
  setPaused(isPaused: boolean): void {
    this.#connection.setPaused(isPaused);
  }

  /** There is nothing to see any more. */
  leave(): void {
    this.#connection.close();
  }

  /** Another program is printing now. Waits for a screen of it. */
  follow(stream: Stream): void {
    this.#stream = stream;
    this.pace.moveTo(stream.tape.end, false);
    this.#phase = { kind: "asking" };
  }

  /** Needs a screen of how it is now. */
  ask(): void {
    this.follow(this.#stream);
    this.#ask(this);
  }

  /** Goes on at a place that is still on the tape. */
  resume({ stream, offset }: TerminalPlace): void {
    this.pace.moveTo(offset, false);
    this.#phase = { kind: "live" };
    // The size there is told again: it may have missed just that.
    this.#sizeNumber = this.#stream.tape.sizeAt(offset).number - 1;
    this.tell({ type: "resumed", stream, offset });
  }

  /** Begins anew with a screen, if it still waits for one of this stream. */
  show(stream: Stream, painting: Painting): void {
    if (this.#phase.kind !== "asking" || stream !== this.#stream) return;
    const { bytes, offset, size } = painting;
    this.pace.moveTo(offset, true);
    this.#sizeNumber = painting.sizeNumber;
    this.#phase = { kind: "painting", painting, at: 0 };
    this.tell({
      type: "screen",
      stream: stream.id,
      offset,
      bytes: bytes.length,
      size,
    });
  }

  /** Sends what may be sent now. */
  pump(now: number): void {
    while (!this.#connection.isBlocked && this.#step()) {
      // Each step sends one frame.
    }
    const isWaiting = this.#phase.kind !== "asking" &&
      this.pace.sent < this.#stream.tape.end;
    this.pace.wait(isWaiting, now);
  }

  /** Sends one frame. False if there is nothing to send. */
  #step(): boolean {
    const phase = this.#phase;
    switch (phase.kind) {
      case "asking":
        return false;
      case "behind":
        if (this.pace.isSettled) this.ask();
        return false;
      case "painting":
        return this.#paint(phase);
      case "live":
        return this.#follow() || this.#tellNews();
    }
  }

  #paint(phase: Phase & { kind: "painting" }): boolean {
    const { bytes } = phase.painting;
    const part = bytes.subarray(phase.at, phase.at + PIECE_BYTES);
    if (part.length > 0) this.#connection.sendBytes(part);
    phase.at += part.length;
    if (phase.at >= bytes.length) this.#phase = { kind: "live" };
    return true;
  }

  #follow(): boolean {
    const { tape } = this.#stream;
    const { sent, limit } = this.pace;
    if (sent < tape.start) {
      this.#phase = { kind: "behind" };
      return true;
    }
    const mark = tape.sizeAfter(this.#sizeNumber);
    if (mark && mark.offset <= sent) {
      this.#sizeNumber = mark.number;
      this.tell({ type: "size", size: mark.size });
      return true;
    }
    const until = Math.min(limit, mark?.offset ?? tape.end);
    const part = tape.view(sent, Math.min(until - sent, PIECE_BYTES));
    if (part.length === 0) return false;
    this.#connection.sendBytes(part);
    this.pace.advance(part.length);
    return true;
  }

  /** That a program has ended is told after the last that it printed. */
  #tellNews(): boolean {
    const news = this.#news;
    if (!news) return false;
    const isEarly = news.state.kind !== "running" &&
      this.pace.sent < this.#stream.tape.end;
    if (isEarly) return false;
    this.#news = undefined;
    this.tell({ type: "terminal", terminal: news });
    return true;
  }
}
