/**
 * Bytes of a pipe into lines of text, with a bound on each.
 *
 * Knows nothing of what the lines say. Of a line that is too long, only its two
 * ends are kept: they tell whose answer it would have been.
 */

export type Line =
  | { readonly kind: "line"; readonly text: string }
  | {
    readonly kind: "cut";
    readonly head: string;
    readonly tail: string;
    readonly bytes: number;
  };

/** Of each end of a line that is too long. */
const END_BYTES = 256;

const NEWLINE = 10;

export class LineSplitter {
  readonly #max: number;
  readonly #take: (line: Line) => void;
  #parts: Uint8Array[] = [];
  #size = 0;

  /** `max` bounds a line in bytes, without its newline. */
  constructor(max: number, take: (line: Line) => void) {
    this.#max = max;
    this.#take = take;
  }

  /** Takes a chunk; each line that it completes is handed on at once. */
  push(chunk: Uint8Array): void {
    let start = 0;
    while (true) {
      const end = chunk.indexOf(NEWLINE, start);
      if (end < 0) break;
      this.#add(chunk.subarray(start, end));
      this.#finish();
      start = end + 1;
    }
    if (start < chunk.length) this.#add(chunk.subarray(start));
  }

  #add(part: Uint8Array): void {
    this.#size += part.length;
    // A copy: the caller may reuse the memory of its chunk.
    this.#parts.push(part.slice());
    if (this.#size <= this.#max) return;
    const all = Buffer.concat(this.#parts);
    // Copies again, or the views would keep all of it.
    this.#parts = all.length <= 2 * END_BYTES
      ? [all]
      : [all.slice(0, END_BYTES), all.slice(-END_BYTES)].map(copied);
  }

  #finish(): void {
    const bytes = this.#size;
    const all = Buffer.concat(this.#parts);
    this.#parts = [];
    this.#size = 0;
    if (bytes <= this.#max) {
      const text = all.toString("utf8").replace(/\r$/, "");
      if (text !== "") this.#take({ kind: "line", text });
      return;
    }
    this.#take({
      kind: "cut",
      head: all.subarray(0, END_BYTES).toString("utf8"),
      tail: all.subarray(-END_BYTES).toString("utf8"),
      bytes,
    });
  }
}

function copied(bytes: Uint8Array): Uint8Array {
  return Uint8Array.from(bytes);
}
