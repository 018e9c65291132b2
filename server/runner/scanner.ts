/**
 * The scanner: what a program says of itself in its output. Its title, its
 * bell, its folder, and pi's status.
 *
 * Floods pass it at the speed of a search for two bytes. It keeps a sequence
 * that is split over chunks up to a bound, and lets through nothing that could
 * do harm where it is shown.
 */

import type { ProgramStatus } from "../protocol/terminal.ts";

/** Something a program told. Undefined takes back what was told before. */
export type Told =
  | { readonly type: "title"; readonly title: string | undefined }
  | { readonly type: "bell" }
  | { readonly type: "cwd"; readonly cwd: string }
  | { readonly type: "status"; readonly status: ProgramStatus | undefined };

const ESC = 0x1b;
const BELL = 0x07;
const CANCEL = 0x18;
const SUBSTITUTE = 0x1a;

/** A longer one is none of ours: a picture, or something to copy. */
const SEQUENCE_MAX_BYTES = 4 * 1024;

const TITLE_MAX_CHARACTERS = 200;
const MESSAGE_MAX_CHARACTERS = 500;
const APP_MAX_CHARACTERS = 50;
const PATH_MAX_CHARACTERS = 4_096;

const OSC = Buffer.from("\x1b]");
const decoder = new TextDecoder();

type State =
  | { readonly kind: "text"; endsWithEscape: boolean }
  /** Within a sequence. Without parts it is too long, and only skipped. */
  | { readonly kind: "osc"; parts: Uint8Array[] | undefined; length: number };

export class Scanner {
  readonly #tell: (told: Told) => void;
  #state: State = { kind: "text", endsWithEscape: false };

  constructor(tell: (told: Told) => void) {
    this.#tell = tell;
  }

  push(chunk: Uint8Array): void {
    if (chunk.length === 0) return;
    // A Buffer's search for two bytes is the machine's own.
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length);
    let at = 0;
    while (at < bytes.length) {
      at = this.#state.kind === "text"
        ? this.#readText(this.#state, bytes, at)
        : this.#readOsc(this.#state, bytes, at);
    }
  }

  #readText(
    state: State & { kind: "text" },
    bytes: Buffer,
    from: number,
  ): number {
    if (state.endsWithEscape && bytes[from] === 0x5d) {
      this.#begin();
      return from + 1;
    }
    const start = bytes.indexOf(OSC, from);
    const end = start < 0 ? bytes.length : start;
    const bell = bytes.indexOf(BELL, from);
    if (bell >= 0 && bell < end) this.#tell({ type: "bell" });
    if (start < 0) {
      state.endsWithEscape = bytes[bytes.length - 1] === ESC;
      return bytes.length;
    }
    this.#begin();
    return start + OSC.length;
  }

  #begin(): void {
    this.#state = { kind: "osc", parts: [], length: 0 };
  }

  #readOsc(
    state: State & { kind: "osc" },
    bytes: Buffer,
    from: number,
  ): number {
    const end = endOfOsc(bytes, from);
    const stop = end < 0 ? bytes.length : end;
    state.length += stop - from;
    if (state.length > SEQUENCE_MAX_BYTES) state.parts = undefined;
    state.parts?.push(bytes.subarray(from, stop));
    if (end < 0) return bytes.length;
    const ender = bytes[end];
    const { parts } = state;
    // An escape may begin the next sequence as well as end this one.
    this.#state = { kind: "text", endsWithEscape: ender === ESC };
    if (parts && (ender === BELL || ender === ESC)) {
      this.#hear(decoder.decode(Buffer.concat(parts)));
    }
    return end + 1;
  }

  #hear(sequence: string): void {
    const semicolon = sequence.indexOf(";");
    if (semicolon < 0) return;
    const rest = sequence.slice(semicolon + 1);
    switch (sequence.slice(0, semicolon)) {
      case "0":
      case "2": {
        const title = tidy(rest, TITLE_MAX_CHARACTERS) || undefined;
        return this.#tell({ type: "title", title });
      }
      case "7": {
        const cwd = readFolder(rest);
        if (cwd !== undefined) this.#tell({ type: "cwd", cwd });
        return;
      }
      case "7501": {
        const status = readStatus(rest);
        if (status) this.#tell({ type: "status", ...status });
      }
    }
  }
}

/** Index of the byte that ends a sequence. -1 if it is not there yet. */
function endOfOsc(bytes: Buffer, from: number): number {
  for (let at = from; at < bytes.length; at++) {
    const byte = bytes[at];
    if (
      byte === BELL || byte === ESC || byte === CANCEL || byte === SUBSTITUTE
    ) return at;
  }
  return -1;
}

/** Without control characters, and no longer than shown anywhere. */
function tidy(text: string, max: number): string {
  return Array.from(text.replace(/\p{C}/gu, " ").trim()).slice(0, max).join("");
}

/** `file://HOST/PATH`, percent-encoded. Whose host it is does not matter. */
function readFolder(url: string): string | undefined {
  const path = /^file:\/\/[^/]*(\/.*)$/s.exec(url)?.[1];
  if (!path || path.length > PATH_MAX_CHARACTERS) return undefined;
  let decoded;
  try {
    decoded = decodeURIComponent(path);
  } catch {
    return undefined; // Not percent-encoded as it should be.
  }
  return /\p{Cc}/u.test(decoded) ? undefined : decoded;
}

const STATES = ["idle", "working", "blocked", "done", "error"] as const;

/** `state=working:app=pi:msg=BASE64`. Undefined if it is not one. */
function readStatus(
  text: string,
): { status: ProgramStatus | undefined } | undefined {
  const fields = new Map(
    text.split(":").map((field) => {
      const equals = field.indexOf("=");
      return [field.slice(0, equals), field.slice(equals + 1)] as const;
    }),
  );
  const named = fields.get("state");
  if (named === "clear") return { status: undefined };
  const state = STATES.find((state) => state === named);
  const app = tidy(fields.get("app") ?? "", APP_MAX_CHARACTERS);
  if (!state || !app) return undefined;
  const message = tidy(
    Buffer.from(fields.get("msg") ?? "", "base64").toString(),
    MESSAGE_MAX_CHARACTERS,
  );
  return { status: { state, app, ...(message ? { message } : {}) } };
}
