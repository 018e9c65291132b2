/**
 * The newest lines of one service, in memory, each with a number.
 *
 * Kept as bytes in a ring, in the chunks in which they came: a million lines a
 * second make no objects of their own, and are cut apart only for whoever reads
 * them. A reader holds a place, not a buffer: one that is too slow is told how
 * much it missed.
 */

import type { UnixMs } from "../../../protocol/node.ts";
import type { LogLine } from "../../../protocol/service.ts";
import { newlinesIn, type TaggedLines } from "./line_cutter.ts";
import { readLine } from "./log_line.ts";

/** Of tagged text, so that an empty line counts as well. */
export const RING_MAX_BYTES = 1024 * 1024;

/** Beyond this a person does not look, and a page cannot show. */
export const RING_MAX_LINES = 10_000;

/** The ring begins as small as this: most services say little. */
const STORE_MIN_BYTES = 4 * 1024;

/**
 * A chunk that is no larger part of the ring is dropped as a whole: to find out
 * how many lines a part of it has costs as much as to look at all of it.
 */
const SMALL = 1 / 4;

/** To such a place memory is copied up to ten times as fast as to others. */
const ALIGNMENT = 64;

/** Of a chunk for which that is worth the bytes before it. */
const ALIGNED_BYTES = 16 * 1024;

const NEWLINE = 10;
const NOTHING = Buffer.alloc(0);

interface Chunk {
  firstSeq: number;
  readonly at: UnixMs;
  /** Whether there are time stamps behind the tags. */
  readonly isStamped: boolean;
  /** Where it is in all that was ever pushed, in bytes. */
  from: number;
  readonly to: number;
}

/** Where a reader is: the number of the line it wants next. */
export interface RingPlace {
  seq: number;
  /** Of the chunk that line is in, and where it is; a hint, to skip a search. */
  hint?: { readonly chunk: Chunk; readonly from: number };
}

export interface RingLines {
  /** So many before `lines` are gone. */
  readonly missed: number;
  readonly lines: readonly LogLine[];
}

export class LogRing {
  #maxBytes: number;
  readonly #maxLines: number;
  readonly #chunks: Chunk[] = [];
  #nextSeq = 1;
  /** A byte that was pushed as the n-th is at n modulo its length. */
  #store = NOTHING;
  /** How many bytes were pushed. */
  #to = 0;

  constructor(maxBytes = RING_MAX_BYTES, maxLines = RING_MAX_LINES) {
    this.#maxBytes = maxBytes;
    this.#maxLines = maxLines;
  }

  /** The number that the next line will have. */
  get nextSeq(): number {
    return this.#nextSeq;
  }

  /** The number of the oldest line there is. */
  get firstSeq(): number {
    const oldest = this.#chunks[0]?.firstSeq ?? this.#nextSeq;
    return Math.max(oldest, this.#nextSeq - this.#maxLines);
  }

  get isEvicted(): boolean {
    return this.firstSeq > 1;
  }

  push(
    { bytes, lines }: TaggedLines,
    { at, isStamped }: { at: UnixMs; isStamped: boolean },
  ): void {
    // Of more than there is room for, the end.
    const surplus = bytes.length - this.#maxBytes;
    const cut = surplus > 0 ? bytes.indexOf(NEWLINE, surplus - 1) + 1 : 0;
    const kept = bytes.subarray(cut);
    const from = kept.length < ALIGNED_BYTES
      ? this.#to
      : Math.ceil(this.#to / ALIGNMENT) * ALIGNMENT;
    const to = from + kept.length;
    this.#dropTo(to - this.#maxBytes);
    this.#reserve(to);
    this.#write(kept, from);
    this.#to = to;
    const firstSeq = this.#nextSeq + newlinesIn(bytes.subarray(0, cut));
    this.#nextSeq += lines;
    if (kept.length === 0) return;
    this.#chunks.push({ firstSeq, at, isStamped, from, to });
    this.#dropLines();
  }

  setMaxBytes(maxBytes: number): void {
    this.#maxBytes = maxBytes;
    this.#dropTo(this.#to - maxBytes);
    if (this.#store.length > maxBytes) this.#resize(maxBytes);
  }

  /** The number of the first line that came at or after `at`. */
  seqSince(at: UnixMs): number {
    const chunk = this.#chunks.find((one) => one.at >= at);
    return Math.max(chunk?.firstSeq ?? this.#nextSeq, this.firstSeq);
  }

  /**
   * The number of the line from which on the service itself has said so many;
   * 0 if there are not that many.
   */
  seqOfSaid(lines: number): number {
    if (lines === 0) return this.#nextSeq;
    const said = this.read({ seq: this.firstSeq }, Infinity).lines
      .filter(({ stream }) => stream !== "mark");
    return said.at(-lines)?.seq ?? 0;
  }

  /** Reads on from a place, and moves it. At most so many characters. */
  read(place: RingPlace, maxChars: number): RingLines {
    const { firstSeq } = this;
    const missed = Math.max(firstSeq - place.seq, 0);
    if (missed > 0) {
      place.seq = firstSeq;
      delete place.hint;
    }
    const lines: LogLine[] = [];
    let left = maxChars;
    let index = this.#indexOf(place);
    for (; left > 0 && index < this.#chunks.length; index++) {
      const chunk = this.#chunks[index];
      if (!chunk) break;
      left -= this.#readChunk(chunk, place, { lines, maxChars: left });
    }
    return { missed, lines };
  }

  /** Of the chunk that holds the place; chunks are in order of their numbers. */
  #indexOf({ seq, hint }: RingPlace): number {
    if (hint) {
      const index = this.#chunks.lastIndexOf(hint.chunk);
      if (index >= 0) return index;
    }
    let index = this.#chunks.length;
    while (index > 0 && (this.#chunks[index - 1]?.firstSeq ?? 0) > seq) index--;
    return Math.max(index - 1, 0);
  }

  /** Reads lines of one chunk into `lines`; returns how many characters. */
  #readChunk(
    chunk: Chunk,
    place: RingPlace,
    { lines, maxChars }: { lines: LogLine[]; maxChars: number },
  ): number {
    const { at, isStamped } = chunk;
    const { hint } = place;
    const from = hint?.chunk === chunk ? hint.from : chunk.from;
    const text = this.#text(from, chunk.to);
    const start = hint?.chunk === chunk
      ? 0
      : offsetOf(text, place.seq - chunk.firstSeq);
    let offset = start;
    while (offset < text.length && offset - start < maxChars) {
      const end = text.indexOf("\n", offset);
      const line = readLine(text.slice(offset, end), isStamped);
      lines.push({ at, ...line, seq: place.seq++ });
      offset = end + 1;
    }
    if (offset < text.length) place.hint = { chunk, from: from + offset };
    else delete place.hint;
    return offset - start;
  }

  /** Keeps only what was pushed from there on, and only whole lines of it. */
  #dropTo(from: number): void {
    let [first] = this.#chunks;
    while (first && first.from < from && this.#isToGo(first, from)) {
      this.#chunks.shift();
      [first] = this.#chunks;
    }
    if (!first || first.from >= from) return;
    const cut = this.#nextLine(from, first.to);
    for (const slice of this.#slices(first.from, cut)) {
      first.firstSeq += newlinesIn(slice);
    }
    first.from = cut;
    if (cut === first.to) this.#chunks.shift();
  }

  /** Whether all of a chunk is dropped when only what is from there on stays. */
  #isToGo({ from, to }: Chunk, place: number): boolean {
    return to <= place || to - from <= this.#maxBytes * SMALL;
  }

  #dropLines(): void {
    const oldest = this.#nextSeq - this.#maxLines;
    while ((this.#chunks[1]?.firstSeq ?? Infinity) <= oldest) {
      this.#chunks.shift();
    }
  }

  /** Makes the store large enough to go on to there. */
  #reserve(to: number): void {
    const needed = to - (this.#chunks[0]?.from ?? this.#to);
    let size = Math.max(this.#store.length, STORE_MIN_BYTES);
    while (size < needed) size *= 2;
    size = Math.min(size, this.#maxBytes);
    if (size > this.#store.length) this.#resize(size);
  }

  #resize(size: number): void {
    let from = this.#chunks[0]?.from ?? this.#to;
    const kept = this.#slices(from, this.#to);
    this.#store = Buffer.allocUnsafeSlow(size);
    for (const slice of kept) {
      this.#write(slice, from);
      from += slice.length;
    }
  }

  #write(bytes: Buffer, from: number): void {
    const start = from % this.#store.length;
    const room = this.#store.length - start;
    bytes.copy(this.#store, start, 0, room);
    if (bytes.length > room) bytes.copy(this.#store, 0, room);
  }

  /** Where the first line begins that does not begin before a place. */
  #nextLine(from: number, to: number): number {
    let at = from - 1;
    for (const slice of this.#slices(at, to)) {
      const newline = slice.indexOf(NEWLINE);
      if (newline >= 0) return at + newline + 1;
      at += slice.length;
    }
    return to;
  }

  /** What was pushed from a place to another, in one piece or in two. */
  #slices(from: number, to: number): Buffer[] {
    if (from === to) return [];
    const { length } = this.#store;
    const start = from % length;
    const end = start + to - from;
    if (end <= length) return [this.#store.subarray(start, end)];
    return [this.#store.subarray(start), this.#store.subarray(0, end - length)];
  }

  #text(from: number, to: number): string {
    return this.#slices(from, to).map((slice) => slice.toString("latin1"))
      .join("");
  }
}

/** Where the line after so many newlines begins. */
function offsetOf(text: string, newlines: number): number {
  let offset = 0;
  for (let i = 0; i < newlines; i++) offset = text.indexOf("\n", offset) + 1;
  return offset;
}
