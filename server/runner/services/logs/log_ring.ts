/**
 * The newest lines of one service, in memory, each with a number.
 *
 * Kept as the chunks in which they came: a million lines a second make no
 * objects of their own, and are cut apart only for whoever reads them. A reader
 * holds a place, not a buffer: one that is too slow is told how much it missed.
 */

import type { UnixMs } from "../../../protocol/node.ts";
import type { LogLine } from "../../../protocol/service.ts";
import type { TaggedLines } from "./line_cutter.ts";
import { readLine } from "./log_line.ts";

/** Of tagged text, so that an empty line counts as well. */
export const RING_MAX_BYTES = 1024 * 1024;

/** Beyond this a person does not look, and a page cannot show. */
export const RING_MAX_LINES = 10_000;

interface Chunk extends TaggedLines {
  readonly firstSeq: number;
  readonly at: UnixMs;
  /** Whether there are time stamps behind the tags. */
  readonly isStamped: boolean;
}

/** Where a reader is: the number of the line it wants next. */
export interface RingPlace {
  seq: number;
  /** Of the chunk that line is in, and where in it; a hint, to skip a search. */
  hint?: { readonly chunk: Chunk; readonly offset: number };
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
  #bytes = 0;
  #nextSeq = 1;
  /** What is dropped of the first chunk. */
  #dropped = 0;
  /** How many lines that is. */
  #counted: { chunk: Chunk; at: number; lines: number } | undefined;

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
    const first = this.#chunks[0];
    if (!first) return this.#nextSeq;
    // Counted when it is asked for: a flood drops and drops, and nobody reads.
    if (this.#counted?.chunk !== first || this.#counted.at !== this.#dropped) {
      const lines = countNewlines(first.text, this.#dropped);
      this.#counted = { chunk: first, at: this.#dropped, lines };
    }
    const oldest = first.firstSeq + this.#counted.lines;
    return Math.max(oldest, this.#nextSeq - this.#maxLines);
  }

  get isEvicted(): boolean {
    return this.firstSeq > 1;
  }

  push(
    { text, lines }: TaggedLines,
    { at, isStamped }: { at: UnixMs; isStamped: boolean },
  ): void {
    const firstSeq = this.#nextSeq;
    this.#chunks.push({ firstSeq, text, lines, at, isStamped });
    this.#nextSeq += lines;
    this.#bytes += text.length;
    this.#evict();
  }

  setMaxBytes(maxBytes: number): void {
    this.#maxBytes = maxBytes;
    this.#evict();
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
      left -= readChunk(chunk, place, { lines, maxChars: left });
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

  #evict(): void {
    while (this.#chunks.length > 1) {
      const [first, second] = this.#chunks;
      if (!first || !second) break;
      const whole = first.text.length - this.#dropped;
      const isSurplus = this.#bytes - whole >= this.#maxBytes ||
        this.#nextSeq - second.firstSeq >= this.#maxLines;
      if (!isSurplus) break;
      this.#chunks.shift();
      this.#bytes -= whole;
      this.#dropped = 0;
    }
    const excess = this.#bytes - this.#maxBytes;
    const text = this.#chunks[0]?.text;
    if (excess <= 0 || text === undefined) return;
    const cut = text.indexOf("\n", this.#dropped + excess - 1) + 1;
    this.#bytes -= cut - this.#dropped;
    this.#dropped = cut;
  }
}

/** Reads lines of one chunk into `lines`; returns how many characters. */
function readChunk(
  chunk: Chunk,
  place: RingPlace,
  { lines, maxChars }: { lines: LogLine[]; maxChars: number },
): number {
  const { text, at, isStamped } = chunk;
  const start = place.hint?.chunk === chunk
    ? place.hint.offset
    : offsetOf(text, place.seq - chunk.firstSeq);
  let offset = start;
  while (offset < text.length && offset - start < maxChars) {
    const end = text.indexOf("\n", offset);
    const line = readLine(text.slice(offset, end), isStamped);
    lines.push({ at, ...line, seq: place.seq++ });
    offset = end + 1;
  }
  if (offset < text.length) place.hint = { chunk, offset };
  else delete place.hint;
  return offset - start;
}

/** Where the line after so many newlines begins. */
function offsetOf(text: string, newlines: number): number {
  let offset = 0;
  for (let i = 0; i < newlines; i++) offset = text.indexOf("\n", offset) + 1;
  return offset;
}

function countNewlines(text: string, before: number): number {
  let count = 0;
  let at = text.indexOf("\n");
  while (at >= 0 && at < before) {
    count++;
    at = text.indexOf("\n", at + 1);
  }
  return count;
}
