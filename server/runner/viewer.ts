/**
 * One viewer of one terminal: what it is sent next, and when.
 *
 * Walks along the tape as its pace and its connection allow. A viewer whose
 * place on the tape is gone is shown a fresh screen once it has taken what it
 * was sent. Decides nothing about the terminal.
 */

import { type Connection, PIECE_BYTES } from "./connection.ts";
import { Pace } from "./pace.ts";
import type { Tape } from "./tape.ts";
import type {
  TerminalDown,
  TerminalPlace,
  TerminalSize,
} from "../protocol/terminal.ts";

/** A screen as it is painted: from `offset` on the tape goes on. */
export interface Painting {
  readonly bytes: Uint8Array;
  readonly offset: number;
  readonly size: TerminalSize;
  readonly sizeNumber: number;
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
  readonly #connection: Connection;
  readonly #askScreen: () => void;
  #tape: Tape;
  #stream: string;
  #phase: Phase = { kind: "asking" };
  #sizeNumber = 0;
  /** Its own size, as it last said. */
  size: TerminalSize | undefined;

  constructor(
    card: ViewerCard,
    connection: Connection,
    source: { readonly tape: Tape; readonly stream: string },
    askScreen: () => void,
  ) {
    this.card = card;
    this.#connection = connection;
    this.#tape = source.tape;
    this.#stream = source.stream;
    this.#askScreen = askScreen;
    this.pace = new Pace(source.tape.end);
  }

  get isAsking(): boolean {
    return this.#phase.kind === "asking";
  }

  /** Whether it can be waited for: one that is behind gets a screen instead. */
  get isFollowing(): boolean {
    return this.#phase.kind !== "behind";
  }

  tell(message: TerminalDown): void {
    this.#connection.send(message);
  }

  /** Goes on at a place that is still on the tape. */
  resume({ stream, offset }: TerminalPlace): void {
    this.pace.moveTo(offset);
    this.#phase = { kind: "live" };
    // Its size there is told again: it may have missed just that.
    this.#sizeNumber = this.#tape.sizeAt(offset).number - 1;
    this.tell({ type: "resumed", stream, offset });
  }

  /** Begins anew with a screen. */
  show(painting: Painting): void {
    const { bytes, offset, size } = painting;
    this.pace.moveTo(offset);
    this.#sizeNumber = painting.sizeNumber;
    this.#phase = { kind: "painting", painting, at: 0 };
    this.tell({
      type: "screen",
      stream: this.#stream,
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
    this.pace.wait(
      this.#phase.kind !== "asking" && this.pace.sent < this.#tape.end,
      now,
    );
  }

  /** Sends one frame. False if there is nothing to send. */
  #step(): boolean {
    switch (this.#phase.kind) {
      case "asking":
        return false;
      case "behind":
        if (this.pace.acked < this.pace.sent) return false;
        this.#phase = { kind: "asking" };
        this.#askScreen();
        return false;
      case "painting":
        return this.#paint(this.#phase);
      case "live":
        return this.#follow();
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
    const { sent, limit } = this.pace;
    if (sent < this.#tape.start) {
      this.#phase = { kind: "behind" };
      return true;
    }
    const mark = this.#tape.sizeAfter(this.#sizeNumber);
    if (mark && mark.offset <= sent) {
      this.#sizeNumber = mark.number;
      this.tell({ type: "size", size: mark.size });
      return true;
    }
    const until = Math.min(limit, mark?.offset ?? this.#tape.end);
    const part = this.#tape.view(sent, Math.min(until - sent, PIECE_BYTES));
    if (part.length === 0) return false;
    this.#connection.sendBytes(part);
    this.pace.advance(part.length);
    return true;
  }
}
