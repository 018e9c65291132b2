/**
 * Cuts one stream of bytes into lines, each with its tag, as they go into the
 * file: `[out] text`. Every byte stays what it was, whatever its encoding.
 *
 * In a flood this is most of what a log costs. A line is found and copied in one
 * call, from one piece of memory into another that is used again and again and
 * stays in the processor's cache.
 */

import { copyThrough, type Place, placeOf } from "../../libc.ts";

export type Tag = "out" | "err" | "hv";

/** A longer line is cut, so that a stream without newlines stays bounded. */
export const LINE_MAX_BYTES = 64 * 1024;

/** Stands at the end of a piece whose line goes on in the next. */
export const CUT_MARK = " [hv: cut]";

/** Whole tagged lines, each ending in a newline. */
export interface TaggedLines {
  /** Used again for the next ones: whoever keeps them makes a copy. */
  readonly bytes: Buffer;
  readonly lines: number;
}

const NEWLINE = 10;
const CUT_END = Buffer.from(`${CUT_MARK}\n`);
const NOTHING = Buffer.alloc(0);

/** Has room for several of the longest lines, with tags and times. */
const COMPOSED_BYTES = 256 * 1024;

/** For all streams: nothing is left in it when a cutter returns. */
let composed: Place | undefined;

export class LineCutter {
  readonly #tag: string;
  readonly #emit: (tagged: TaggedLines) => void;
  /** What came after the last newline; at most a line. */
  #rest: Buffer = NOTHING;
  /** So much is composed, and so many lines that is. */
  #bytes = 0;
  #lines = 0;

  /** @param emit Told of the lines while those are taken that complete them. */
  constructor(tag: Tag, emit: (tagged: TaggedLines) => void) {
    this.#tag = `[${tag}] `;
    this.#emit = emit;
  }

  /**
   * Takes a chunk and emits the lines that it completes, if any.
   *
   * @param stamp Put after each tag; ends in a space, or is empty.
   */
  take(chunk: Uint8Array, stamp: string): void {
    const head = Buffer.from(this.#tag + stamp, "latin1");
    const { buffer, byteOffset, byteLength } = chunk;
    const bytes = Buffer.from(buffer, byteOffset, byteLength);
    let start = 0;
    while (start < bytes.length) {
      if (this.#rest.length === 0) start = this.#addLines(head, bytes, start);
      const end = bytes.indexOf(NEWLINE, start) + 1;
      if (end === 0) break;
      // It has begun in an earlier chunk, or it is long.
      this.#endLine(bytes.subarray(start, end), head);
      start = end;
    }
    if (start < bytes.length) this.#goOn(bytes.subarray(start), head);
    this.#flush();
  }

  /** The stream is over: what is left is a line, too. */
  finish(stamp: string): void {
    if (this.#rest.length > 0) this.take(Buffer.from([NEWLINE]), stamp);
  }

  /** Adds whole lines, as long as they are not long. Returns how far it came. */
  #addLines(head: Buffer, bytes: Buffer, from: number): number {
    const lines = placeOf(bytes);
    const max = LINE_MAX_BYTES + 1;
    let start = from;
    let length = 0;
    do {
      const to = this.#reserve(head.length + max);
      const at = this.#bytes + head.length;
      length = copyThrough(NEWLINE, lines, to, { start, at, max });
      if (length > 0) this.#end(head, length);
      start += length;
    } while (length > 0 && start < bytes.length);
    return start;
  }

  /** The end of a line, with its newline, that has begun before or is long. */
  #endLine(end: Buffer, head: Buffer): void {
    const line = Buffer.concat([this.#rest, end]);
    this.#rest = NOTHING;
    const start = this.#addPieces(head, line, line.length - 1);
    this.#add(head, line, start, line.length);
  }

  /** A part of a line that has not come to its end yet. */
  #goOn(part: Buffer, head: Buffer): void {
    const line = Buffer.concat([this.#rest, part]);
    this.#rest = line.subarray(this.#addPieces(head, line, line.length));
    // Of a long one, only what is left shall be kept.
    if (this.#rest.length < line.length) this.#rest = Buffer.from(this.#rest);
  }

  /** Adds pieces of a line that is too long; returns where the rest begins. */
  #addPieces(head: Buffer, line: Buffer, end: number): number {
    let start = 0;
    for (; end - start > LINE_MAX_BYTES; start += LINE_MAX_BYTES) {
      const piece = line.subarray(start, start + LINE_MAX_BYTES);
      const cut = Buffer.concat([piece, CUT_END]);
      this.#add(head, cut, 0, cut.length);
    }
    return start;
  }

  /** A line with its newline, or a piece of one. */
  #add(head: Buffer, from: Buffer, start: number, end: number): void {
    const to = this.#reserve(head.length + end - start);
    from.copy(to.bytes, this.#bytes + head.length, start, end);
    this.#end(head, end - start);
  }

  /** Puts the head before a line that is there already. */
  #end(head: Buffer, length: number): void {
    if (!composed) return;
    let at = this.#bytes;
    // Too short for a call to be worth it.
    for (let i = 0; i < head.length; i++) composed.bytes[at++] = head[i] ?? 0;
    this.#bytes = at + length;
    this.#lines++;
  }

  /** Where there is room for so many more bytes. */
  #reserve(bytes: number): Place {
    if (this.#bytes + bytes > COMPOSED_BYTES) this.#flush();
    return composed ??= placeOf(Buffer.allocUnsafeSlow(COMPOSED_BYTES));
  }

  #flush(): void {
    if (this.#lines === 0 || !composed) return;
    const tagged = {
      bytes: composed.bytes.subarray(0, this.#bytes),
      lines: this.#lines,
    };
    this.#bytes = 0;
    this.#lines = 0;
    this.#emit(tagged);
  }
}

export function newlinesIn(bytes: Buffer): number {
  let count = 0;
  for (let at = bytes.indexOf(NEWLINE); at >= 0; count++) {
    at = bytes.indexOf(NEWLINE, at + 1);
  }
  return count;
}
