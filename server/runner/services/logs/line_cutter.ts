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
    const { buffer, byteOffset, byteLength } = chunk;
    const raw = Buffer.from(buffer, byteOffset, byteLength).toString("latin1");
    const end = raw.lastIndexOf("\n");
    if (end < 0) {
      this.#rest += raw;
      if (this.#rest.length <= LINE_MAX_BYTES) return undefined;
      const pieces = cutLong(this.#rest);
      const last = pieces.lastIndexOf("\n");
      this.#rest = pieces.slice(last + 1);
      return this.#tagged(pieces.slice(0, last), stamp);
    }
    const body = this.#rest + raw.slice(0, end);
    this.#rest = raw.slice(end + 1);
    const isShort = body.length <= LINE_MAX_BYTES;
    return this.#tagged(isShort ? body : cutLong(body), stamp);
  }

  /** The stream is over: what is left is a line, too. */
  finish(stamp: string): TaggedLines | undefined {
    const rest = this.#rest;
    this.#rest = "";
    return rest === "" ? undefined : this.#tagged(rest, stamp);
  }

  #tagged(body: string, stamp: string): TaggedLines {
    const head = this.#tag + stamp;
    const text = head + body.replaceAll("\n", `\n${head}`) + "\n";
    const added = text.length - body.length - 1;
    return { text, lines: added / head.length };
  }
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
