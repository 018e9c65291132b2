/**
 * A ring: the last bytes of a stream, found again by their offset in it.
 *
 * Grows as it fills, so that a terminal that prints little costs little. It
 * does not know what the bytes are, nor who reads them.
 */

/** A shell's prompt fits; most terminals never need more than a few of these. */
const FIRST_BYTES = 4 * 1024;

export class Ring {
  readonly #limit: number;
  #bytes: Uint8Array<ArrayBuffer>;
  #start = 0;
  #end = 0;

  /** @param limit In bytes; a power of two times 4 KiB. What is older is gone. */
  constructor(limit: number) {
    this.#limit = limit;
    this.#bytes = new Uint8Array(Math.min(FIRST_BYTES, limit));
  }

  /** Offset of the oldest byte that is still here. */
  get start(): number {
    return this.#start;
  }

  /** Offset of the byte that comes next: so many were appended. */
  get end(): number {
    return this.#end;
  }

  append(chunk: Uint8Array): void {
    const fresh = chunk.length > this.#limit
      ? chunk.subarray(chunk.length - this.#limit)
      : chunk;
    this.#growFor(this.#end - this.#start + chunk.length);
    this.#end += chunk.length;
    const at = (this.#end - fresh.length) % this.#bytes.length;
    const first = Math.min(fresh.length, this.#bytes.length - at);
    this.#bytes.set(fresh.subarray(0, first), at);
    if (first < fresh.length) this.#bytes.set(fresh.subarray(first), 0);
    this.#start = Math.max(this.#start, this.#end - this.#limit);
  }

  /**
   * A view of at most `length` bytes from `offset` on. It may be shorter, as
   * the ring has a seam, and is true until the next `append` only.
   */
  view(offset: number, length: number): Uint8Array<ArrayBuffer> {
    const from = offset % this.#bytes.length;
    const to = Math.min(
      this.#bytes.length,
      from + Math.min(length, this.#end - offset),
    );
    return this.#bytes.subarray(from, to);
  }

  /** A copy of the bytes from `from` up to `to`. */
  copy(from: number, to: number): Uint8Array<ArrayBuffer> {
    const copy = new Uint8Array(to - from);
    for (let at = from; at < to;) {
      const part = this.view(at, to - at);
      copy.set(part, at - from);
      at += part.length;
    }
    return copy;
  }

  #growFor(wanted: number): void {
    const old = this.#bytes;
    if (wanted <= old.length || old.length === this.#limit) return;
    let length = old.length;
    while (length < wanted && length < this.#limit) length *= 2;
    const bytes = new Uint8Array(Math.min(length, this.#limit));
    // Everything moves to the place that its offset has in the larger ring.
    for (let at = this.#start; at < this.#end;) {
      const part = this.view(at, bytes.length - at % bytes.length);
      bytes.set(part, at % bytes.length);
      at += part.length;
    }
    this.#bytes = bytes;
  }
}
