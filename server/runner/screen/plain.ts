/**
 * Plain output: lines of text and colours, as builds and logs print them. What
 * a screen shows after it depends on the last lines only, so that everything
 * before those need never be parsed.
 *
 * That holds in the normal buffer with full margins and between sequences: each
 * line feed then scrolls, once the cursor is at the bottom, and nothing that is
 * plain reaches back further than its own row.
 */

import { isAscii } from "node:buffer";

const NEWLINE = 0x0a;
const RETURN = 0x0d;
const BELL = 0x07;
const TAB = 0x09;
const ESC = 0x1b;
const SPACE = 0x20;
const DELETE = 0x7f;
const TILDE = 0x7e;

/** First byte of U+0080 to U+00BF; up to U+009F they are controls. */
const C2 = 0xc2;

/** Longest sequence that is looked at: twenty colours' worth. */
const SEQUENCE_MAX = 128;

/** How often a cut is looked for further up, where a colour was open at it. */
const TRIES_MAX = 32;

/** The terminal on which plain output begins. */
export interface PlainStart {
  readonly cols: number;
  /** Whether long lines wrap. */
  readonly wraps: boolean;
  /** Where the cursor is. */
  readonly column: number;
}

/** Where plain output may be cut, and what stands for what is left out. */
export interface Cut {
  readonly at: number;
  /** Where the cursor is there. */
  readonly column: number;
  /** Whether what is left out ends with a reset of the colours. */
  readonly isReset: boolean;
}

/**
 * Control characters that are not plain. Each is one search by the machine,
 * together a fifth of the time that a look at every byte takes.
 */
const CONTROLS = [
  ...Array.from({ length: SPACE }, (_, code) => code).filter((code) =>
    ![NEWLINE, RETURN, TAB, BELL, ESC].includes(code)
  ),
  DELETE,
];

/**
 * How far `bytes` is plain from `from` on. Stops before a sequence that is
 * not, or not complete.
 */
export function plainUntil(bytes: Uint8Array, from: number): number {
  let rest = bytes.subarray(from);
  for (const control of CONTROLS) rest = before(rest, rest.indexOf(control));
  rest = before(rest, find(rest, ESC, isSequence));
  rest = before(rest, find(rest, C2, isPrintable));
  return from + rest.length;
}

/** Where `byte` stands for something that is not plain. -1 if it nowhere does. */
function find(
  bytes: Uint8Array,
  byte: number,
  isPlain: (bytes: Uint8Array, at: number) => boolean,
): number {
  let at = bytes.indexOf(byte);
  while (at >= 0 && isPlain(bytes, at)) at = bytes.indexOf(byte, at + 1);
  return at;
}

function isSequence(bytes: Uint8Array, at: number): boolean {
  return bytes[at + 1] === 0x5b && afterSequence(bytes, at + 2) !== undefined;
}

function isPrintable(bytes: Uint8Array, at: number): boolean {
  return (bytes[at + 1] ?? 0) >= 0xa0;
}

function before(bytes: Uint8Array, at: number): Uint8Array {
  return at < 0 ? bytes : bytes.subarray(0, at);
}
/** Index after a colour (SGR) or an erasure within its row (EL). */
function afterSequence(bytes: Uint8Array, from: number): number | undefined {
  const end = Math.min(bytes.length, from + SEQUENCE_MAX);
  for (let at = from; at < end; at++) {
    const byte = bytes[at]!;
    // Digits, colon, semicolon.
    if (byte >= 0x30 && byte <= 0x3b) continue;
    return byte === 0x6d || byte === 0x4b ? at + 1 : undefined;
  }
  return undefined;
}

/** The last place in plain output after which it fills at least `rows` rows. */
export function findCut(
  bytes: Uint8Array,
  rows: number,
  start: PlainStart,
): Cut | undefined {
  let at = enoughRows(bytes, rows, start);
  for (let tries = 0; at !== undefined && tries < TRIES_MAX; tries++) {
    const color = lastColor(bytes, at);
    if (color && !color.isReset) {
      at = lineBefore(bytes, color.at);
      continue;
    }
    const column = columnAt(bytes, at, start);
    if (column === undefined) return undefined;
    return { at, column, isReset: color !== undefined };
  }
  return undefined;
}

/**
 * In which column the cursor is at `end`, counted from the last return on.
 * Undefined if that depends on how wide characters are, or where tabs stop.
 */
function columnAt(
  bytes: Uint8Array,
  end: number,
  { cols, wraps, column }: PlainStart,
): number | undefined {
  const back = end > 0 ? bytes.lastIndexOf(RETURN, end - 1) : -1;
  const rest = bytes.subarray(back + 1, end);
  // A character a byte, and nothing that moves otherwise.
  if (!isAscii(rest) || rest.includes(TAB)) return undefined;
  const isBare = !rest.includes(ESC) && !rest.includes(BELL);
  let x = back < 0 ? column : 0;
  for (let at = 0; at < rest.length;) {
    const feed = rest.indexOf(NEWLINE, at);
    const stop = feed < 0 ? rest.length : feed;
    const count = isBare ? stop - at : charactersIn(rest.subarray(at, stop));
    x = wraps ? wrapped(x + count, x, cols) : Math.min(x + count, cols);
    // About to wrap, a line feed stays in its column instead.
    if (feed >= 0 && x >= cols) x--;
    at = stop + 1;
  }
  return x;
}

/** The column after so many characters: about to wrap, it is `cols`. */
function wrapped(to: number, from: number, cols: number): number {
  return to === from ? from : (to - 1) % cols + 1;
}

/** Characters of a line, without bells and sequences. */
function charactersIn(line: Uint8Array): number {
  let count = line.length;
  for (const special of [ESC, BELL]) {
    let at = line.indexOf(special);
    while (at >= 0) {
      const after = special === ESC ? afterSequence(line, at + 2) : undefined;
      const next = after ?? at + 1;
      count -= next - at;
      at = line.indexOf(special, next);
    }
  }
  return count;
}

/** The last line start from which on there are so many rows. */
function enoughRows(
  bytes: Uint8Array,
  rows: number,
  { cols, wraps }: PlainStart,
): number | undefined {
  let left = rows;
  let end = bytes.length;
  while (left > 0) {
    const feed = end > 0 ? bytes.lastIndexOf(NEWLINE, end - 1) : -1;
    if (feed < 0) return undefined;
    // What follows the last line feed of all has not scrolled yet.
    if (end < bytes.length) {
      left -= wraps ? rowsOf(bytes, feed + 1, end, cols) : 1;
    }
    end = feed;
  }
  return lineBefore(bytes, end + 2);
}

/** At least so many rows a line takes up, with the feed that ends it. */
function rowsOf(
  bytes: Uint8Array,
  from: number,
  to: number,
  cols: number,
): number {
  if (to - from <= cols) return 1;
  let count = 0;
  let most = 0;
  for (let at = from; at < to; at++) {
    const byte = bytes[at]!;
    if (byte >= SPACE && byte <= TILDE) count++;
    else if (byte === ESC) at = (afterSequence(bytes, at + 2) ?? to) - 1;
    else if (byte === RETURN) {
      most = Math.max(most, count);
      count = 0;
    }
  }
  return 1 + Math.floor(Math.max(0, Math.max(most, count) - 1) / cols);
}

/** The last start of a line before `end`. */
function lineBefore(bytes: Uint8Array, end: number): number | undefined {
  const feed = end > 1 ? bytes.lastIndexOf(NEWLINE, end - 2) : -1;
  return feed < 0 ? undefined : feed + 1;
}

/** The last colour before `end`, and whether it is the reset of all. */
function lastColor(
  bytes: Uint8Array,
  end: number,
): { at: number; isReset: boolean } | undefined {
  let at = end;
  while (at > 0 && (at = bytes.lastIndexOf(ESC, at - 1)) >= 0) {
    const after = afterSequence(bytes, at + 2) ?? at;
    if (bytes[after - 1] !== 0x6d) continue;
    const isReset = after === at + 3 ||
      after === at + 4 && bytes[at + 2] === 0x30;
    return { at, isReset };
  }
  return undefined;
}
