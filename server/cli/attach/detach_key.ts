/**
 * The key that leaves: how it is written, and finding it in what is typed.
 *
 * One control key, or a control key and then another, as tmux has it; typed
 * twice, the first of two goes to the program. Terminals have three ways to
 * tell of a key, and a program may have asked for the newer ones. What is
 * pasted is never a key. Pure, but for what it holds back between two pieces
 * of input.
 */

import { UsageError } from "../command.ts";

/** `dtach` and `abduco` leave by the same key; few programs know it. */
export const DEFAULT_DETACH_KEY = "ctrl-\\";

interface Key {
  /** Of the letter or sign itself. */
  readonly code: number;
  readonly isControl: boolean;
}

export interface DetachKey {
  /** One or two; none where nothing leaves. */
  readonly keys: readonly Key[];
  /** As people read it: `Ctrl-\`. */
  readonly name: string;
}

/** @throws {UsageError} telling what may be written. */
export function readDetachKey(text: string): DetachKey {
  if (text === "none") return { keys: [], name: "none" };
  const words = text.trim().split(/\s+/);
  const keys = words.map(readKey);
  const [first, , third] = keys;
  if (!first?.isControl || third || keys.includes(undefined)) {
    throw new UsageError(
      `Cannot use the detach key "${text}": it must be one such as ctrl-] or "ctrl-b d", or none`,
    );
  }
  const name = (keys as Key[]).map(({ code, isControl }) => {
    const sign = String.fromCharCode(code);
    return isControl ? `Ctrl-${sign.toUpperCase()}` : sign;
  }).join(" ");
  return { keys: keys as Key[], name };
}

function readKey(word: string): Key | undefined {
  const control = /^(?:ctrl-|c-|\^)([a-z@[\\\]^_])$/i.exec(word)?.[1];
  if (control) {
    return { code: control.toLowerCase().charCodeAt(0), isControl: true };
  }
  return /^[!-~]$/.test(word)
    ? { code: word.charCodeAt(0), isControl: false }
    : undefined;
}

const ESC = 0x1b;
const PASTE_BEGINS = "\x1b[200~";
const PASTE_ENDS = "\x1b[201~";

/** No key's sequence is longer; what is, passes. */
const SEQUENCE_MAX = 64;

/** What a piece of input came to. */
export interface Watched {
  /** For the program. */
  readonly bytes: Uint8Array;
  readonly isDetached: boolean;
}

export class KeyWatch {
  readonly #first: Key | undefined;
  readonly #second: Key | undefined;
  /** A sequence of which only the beginning has come. */
  #held = Buffer.alloc(0);
  /** The first of two keys, as it came. */
  #prefix: Uint8Array | undefined;
  #isPaste = false;

  constructor({ keys: [first, second] }: DetachKey) {
    this.#first = first;
    this.#second = second;
  }

  /**
   * Whether something is held back that may have been all. Of a paste the rest
   * is sure to come, and its end must not be missed.
   */
  get isHolding(): boolean {
    return this.#held.length > 0 && !this.#isPaste;
  }

  /** Half a sequence that stayed alone was typed like that: here it is. */
  flush(): Uint8Array {
    const held = this.#held;
    this.#held = Buffer.alloc(0);
    return held;
  }

  feed(piece: Uint8Array): Watched {
    const input = Buffer.concat([this.flush(), piece]);
    const out: Uint8Array[] = [];
    let at = 0;
    while (at < input.length) {
      const end = this.#isPaste
        ? endOfPaste(input, at)
        : endOfKey(input, at, this.#prefix !== undefined);
      if (end < 0) {
        const start = -end - 1;
        out.push(input.subarray(at, start));
        this.#held = Buffer.from(input.subarray(start));
        break;
      }
      const token = input.subarray(at, end);
      at = end;
      if (this.#isPaste) {
        out.push(token);
        this.#isPaste = !token.toString("latin1").endsWith(PASTE_ENDS);
      } else if (this.#takes(token, out)) {
        return { bytes: Buffer.concat(out), isDetached: true };
      }
    }
    return { bytes: Buffer.concat(out), isDetached: false };
  }

  /** Passes a key on, or keeps it. True if it is the one that leaves. */
  #takes(token: Buffer, out: Uint8Array[]): boolean {
    const prefix = this.#prefix;
    this.#prefix = undefined;
    if (token.toString("latin1") === PASTE_BEGINS) this.#isPaste = true;
    if (prefix) {
      if (is(token, this.#second)) return true;
      out.push(prefix);
      // Typed twice, it goes to the program once.
      if (!is(token, this.#first)) out.push(token);
      return false;
    }
    if (!is(token, this.#first)) {
      out.push(token);
      return false;
    }
    if (this.#second === undefined) return true;
    this.#prefix = Uint8Array.from(token);
    return false;
  }
}

/**
 * Where the key ends that begins at `at`, or the run of plain letters if a
 * letter cannot leave (`isNext`: it can). Negative if a sequence is not
 * complete: minus one minus where it begins.
 */
function endOfKey(input: Buffer, at: number, isNext: boolean): number {
  if (input[at] !== ESC) {
    let end = at + 1;
    const isPlain = (input[at] ?? 0) >= 0x20 && !isNext;
    while (isPlain && (input[end] ?? 0) >= 0x20) end++;
    return end;
  }
  if (at + 1 === input.length) return -at - 1;
  if (input[at + 1] !== 0x5b) return at + 1;
  for (let end = at + 2; end < input.length; end++) {
    const byte = input[end] ?? 0;
    if (byte >= 0x40 && byte <= 0x7e) return end + 1;
    if (byte < 0x20 || byte > 0x3f || end - at > SEQUENCE_MAX) return end;
  }
  return -at - 1;
}

/** As `endOfKey`, for what is pasted: all of it, up to the mark that ends it. */
function endOfPaste(input: Buffer, at: number): number {
  const end = input.indexOf(PASTE_ENDS, at, "latin1");
  if (end >= 0) return end + PASTE_ENDS.length;
  for (let length = PASTE_ENDS.length - 1; length > 0; length--) {
    const start = input.length - length;
    const isMark = start >= at &&
      input.toString("latin1", start) === PASTE_ENDS.slice(0, length);
    if (isMark) return -start - 1;
  }
  return input.length;
}

/** Caps lock and num lock do not make another key of it. */
const LOCKS = 64 | 128;
const CONTROL = 4;

function is(token: Buffer, key: Key | undefined): boolean {
  if (key === undefined) return false;
  if (token.length === 1) {
    return token[0] === (key.isControl ? key.code & 0x1f : key.code);
  }
  const text = token.toString("latin1");
  const kitty = KITTY.exec(text);
  const [, code, mods, event] = kitty ?? [];
  if (kitty) {
    const isPress = event === undefined || event === "1" || event === "2";
    return Number(code) === key.code && isPress && isPlain(mods, key);
  }
  const [, xtermMods, xtermCode] = XTERM.exec(text) ?? [];
  return Number(xtermCode) === key.code && isPlain(xtermMods, key);
}

function isPlain(mods: string | undefined, { isControl }: Key): boolean {
  const bits = (Number(mods || 1) - 1) & ~LOCKS;
  return bits === (isControl ? CONTROL : 0);
}

/** Keys as kitty's protocol tells them: code, modifiers, kind of event. */
const KITTY = new RegExp(
  "^\x1b\\[(\\d+)(?::\\d*)*(?:;(\\d*)(?::(\\d+))?(?:;[\\d:]*)?)?u$",
);

/** Keys as xterm's modifyOtherKeys tells them. */
const XTERM = new RegExp("^\x1b\\[27;(\\d+);(\\d+)~$");
