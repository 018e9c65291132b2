/**
 * The beginning of a sequence whose end has not come yet: an escape sequence,
 * a string for the terminal, or a character of several bytes.
 */

const ESC = 0x1b;

/** Second bytes of DCS, SOS, CSI, OSC, PM and APC as one character. */
const CONTROLS = new Set([0x90, 0x98, 0x9b, 0x9d, 0x9e, 0x9f]);

/** Longer strings (pictures) are not worth it: the rest of one is shown as text. */
const OPEN_MAX_BYTES = 1024 * 1024;

/** A character has at most four bytes, so three of it may stand alone. */
const UTF8_MAX = 4;

export class OpenSequence {
  #parts: Uint8Array[] = [];
  #length = 0;

  get isEmpty(): boolean {
    return this.#length === 0;
  }

  /**
   * Takes what the parser was given, and whether it is between sequences now.
   */
  push(bytes: Uint8Array, isGround: boolean): void {
    if (bytes.length === 0) return;
    if (isGround) return this.#set(openCharacter(this.#joined(bytes)));
    // What began last began with its last escape: a string's own end, too.
    const start = Math.max(bytes.lastIndexOf(ESC), lastControl(bytes));
    if (start >= 0) return this.#set(bytes.subarray(start));
    this.#parts.push(bytes.slice());
    this.#length += bytes.length;
    if (this.#length > OPEN_MAX_BYTES) this.#set(new Uint8Array());
  }

  bytes(): Uint8Array {
    return this.#parts.length === 1 && this.#parts[0] ||
      Buffer.concat(this.#parts);
  }

  #set(bytes: Uint8Array): void {
    this.#parts = bytes.length > 0 ? [bytes.slice()] : [];
    this.#length = bytes.length;
  }

  /** With what was open before, if the two may be one character. */
  #joined(bytes: Uint8Array): Uint8Array {
    if (bytes.length >= UTF8_MAX || this.#length >= UTF8_MAX) return bytes;
    return Buffer.concat([...this.#parts, bytes]);
  }
}

/** The last single character that does as an escape does (U+009B and such). */
function lastControl(bytes: Uint8Array): number {
  let at = bytes.length;
  while ((at = bytes.lastIndexOf(0xc2, at - 1)) >= 0) {
    if (CONTROLS.has(bytes[at + 1] ?? 0)) return at;
    if (at === 0) break;
  }
  return -1;
}

/** The bytes at the end that begin a character and do not complete it. */
function openCharacter(bytes: Uint8Array): Uint8Array {
  const from = Math.max(0, bytes.length - UTF8_MAX + 1);
  for (let at = bytes.length - 1; at >= from; at--) {
    const byte = bytes[at] ?? 0;
    if (byte < 0x80) break;
    if (byte < 0xc0) continue;
    const wanted = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
    return at + wanted > bytes.length ? bytes.subarray(at) : new Uint8Array();
  }
  return new Uint8Array();
}
