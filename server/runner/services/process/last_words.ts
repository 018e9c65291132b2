/** The end of what a process said on stderr, for the error that it led to. */

/** A stack trace's first lines; a record is no place for more. */
const MAX_CHARS = 2_000;

export class LastWords {
  #text = "";

  take(chunk: Uint8Array): void {
    const end = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)
      .subarray(-MAX_CHARS).toString("utf8");
    this.#text = (this.#text + end).slice(-MAX_CHARS);
  }

  /** Without control characters, which could paint over a terminal. */
  get text(): string {
    // deno-lint-ignore no-control-regex
    return this.#text.replace(/\x1b\[[\d;]*[A-Za-z]|[\x00-\x08\x0b-\x1f]/g, "")
      .trim();
  }

  /** The last lines, on one. */
  last(lines: number): string {
    return this.text.split("\n").slice(-lines).map((line) => line.trim())
      .join(" / ");
  }
}
