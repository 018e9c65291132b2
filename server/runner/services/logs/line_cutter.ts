/**
 * Cuts one stream of bytes into lines, each with its tag, as they go into the
 * file: `[out] text`.
 *
 * Works on latin1 strings, one character a byte: every byte stays what it was,
 * whatever its encoding, and the engine's own replacing is several times as
 * fast as a loop over bytes.
 */

export type Tag = "out" | "err" | "hv";

/** A longer line is cut, so that a stream without newlines stays bounded. */
export const LINE_MAX_BYTES = 64 * 1024;

/** Stands at the end of a piece whose line goes on in the next. */
export const CUT_MARK = " [hv: cut]";

/** Whole tagged lines, each ending in a newline. */
export interface TaggedLines {
  readonly text: string;
  readonly lines: number;
}

const NEWLINE = 10;

/**
 * Where the tag, the rest and a chunk are put together: nobody keeps it from
 * one call to the next. As strings they would be copied twice more.
 */
let scratch = Buffer.alloc(0);

export class LineCutter {
  /** `[out] `, without a time. */
  readonly #tag: string;
  /** What came after the last newline; at most a line. */
  #rest = "";

  constructor(tag: Tag) {
    this.#tag = `[${tag}] `;
  }

  /**
   * Takes a chunk; returns the lines that it completes, if any.
   *
   * @param stamp Put after each tag; ends in a space, or is empty.
   */
  take(chunk: Uint8Array, stamp: string): TaggedLines | undefined {
    const head = this.#tag + stamp;
    const front = head + this.#rest;
    const length = front.length + chunk.length;
    if (scratch.length < length) scratch = Buffer.allocUnsafeSlow(2 * length);
    scratch.write(front, "latin1");
    scratch.set(chunk, front.length);
    const start = head.length;
    const end = scratch.lastIndexOf(NEWLINE, length - 1) + 1;
    if (end === 0) {
      return this.#goOn(scratch.toString("latin1", start, length), head);
    }
    this.#rest = scratch.toString("latin1", end, length);
    if (!hasLongLine(scratch, start, end)) {
      return tagged(scratch.toString("latin1", 0, end), head);
    }
    return tagged(head + cutLong(scratch.toString("latin1", start, end)), head);
  }

  /** The stream is over: what is left is a line, too. */
  finish(stamp: string): TaggedLines | undefined {
    const head = this.#tag + stamp;
    const rest = this.#rest;
    this.#rest = "";
    return rest === "" ? undefined : tagged(`${head}${rest}\n`, head);
  }

  /** A line that has not come to its end yet. */
  #goOn(line: string, head: string): TaggedLines | undefined {
    this.#rest = line;
    if (line.length <= LINE_MAX_BYTES) return undefined;
    const pieces = cutLong(line);
    const end = pieces.lastIndexOf("\n") + 1;
    this.#rest = pieces.slice(end);
    return tagged(head + pieces.slice(0, end), head);
  }
}

/** @param body Lines, of which the first has its head already. */
function tagged(body: string, head: string): TaggedLines {
  const text = body.replaceAll("\n", `\n${head}`);
  const lines = (text.length - body.length) / head.length;
  // The last one stands where the next line will begin.
  return { text: text.slice(0, -head.length), lines };
}

/** Looks once at every 64 KiB at most. */
function hasLongLine(bytes: Buffer, start: number, end: number): boolean {
  while (end - start > LINE_MAX_BYTES) {
    const next = bytes.lastIndexOf(NEWLINE, start + LINE_MAX_BYTES) + 1;
    if (next <= start) return true;
    start = next;
  }
  return false;
}

/** Breaks lines that are too long; looks once at every 64 KiB at most. */
function cutLong(body: string): string {
  let cut = "";
  let start = 0;
  while (body.length - start > LINE_MAX_BYTES) {
    const newline = body.lastIndexOf("\n", start + LINE_MAX_BYTES);
    if (newline >= start) {
      cut += body.slice(start, newline + 1);
      start = newline + 1;
    } else {
      cut += body.slice(start, start + LINE_MAX_BYTES) + CUT_MARK + "\n";
      start += LINE_MAX_BYTES;
    }
  }
  return cut + body.slice(start);
}
