/**
 * The programs that run in measured terminals, and the texts that they print.
 *
 * Each prints "R" when it is ready. Those that print much wait for a typed
 * line, so that nothing is printed before somebody looks.
 */

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const MIB = 1_048_576;
const TEXT_BYTES = 64 * MIB;
const BASE64_LINE = 76;

/** Comes after "^C" when a shell is back; in none of the texts. */
export const PROMPT = "ready> ";

/** A file to print, and how many bytes of it come out of a terminal. */
export interface Text {
  readonly what: string;
  readonly file: string;
  /** Each line feed comes out as two bytes. */
  readonly bytes: number;
}

export interface Texts extends Disposable {
  readonly base64: Text;
  readonly log: Text;
}

export function makeTexts(): Texts {
  const folder = mkdtempSync(join(tmpdir(), "hypivisor-bench-"));
  const make = (what: string, content: Uint8Array): Text => {
    const file = join(folder, what);
    writeFileSync(file, content);
    const lines = content.reduce((sum, byte) => sum + Number(byte === 10), 0);
    return { what, file, bytes: content.length + lines };
  };
  return {
    base64: make("base64", base64Lines()),
    log: make("log", logLines()),
    [Symbol.dispose]: () => rmSync(folder, { recursive: true }),
  };
}

/** What a terminal makes of a text. */
export function asPrinted({ file }: Text): Buffer {
  const printed = readFileSync(file, "latin1").replaceAll("\n", "\r\n");
  return Buffer.from(printed, "latin1");
}

/**
 * Prints the text once, after a line is typed, and stays: ttyd drops what it
 * has not sent yet when its program ends.
 */
export function printer({ file }: Text): string[] {
  return script('stty -echo; printf R; read _; cat "$0"; read _', file);
}

/** Prints the text for ever, after a line is typed. */
export function flood({ file }: Text): string[] {
  return script(
    'stty -echo; printf R; read _; while :; do cat "$0"; done',
    file,
  );
}

/** A program gives each key back. */
export const CAT = script("stty raw -echo; printf R; exec cat");

/** The kernel gives each key back. They are read: it keeps 4 KiB at most. */
export const TTY = script("stty raw echo; printf R; exec cat >/dev/null");

/** A shell with a prompt that can be found. */
export const SHELL = ["env", `PS1=${PROMPT}`, "sh", "-i"];

function script(...parts: [string, ...string[]]): string[] {
  return ["sh", "-c", ...parts];
}

function base64Lines(): Uint8Array {
  // Random, so that it is as hard to compress as such text can be.
  const block = Buffer.from(crypto.getRandomValues(new Uint8Array(48 * 1_024)))
    .toString("base64");
  const lines = block.match(new RegExp(`.{1,${BASE64_LINE}}`, "g")) ?? [];
  return repeated(() => lines.map((line) => `${line}\n`).join(""));
}

function logLines(): Uint8Array {
  let n = 0;
  return repeated(() => {
    const at = new Date(1_700_000_000_000 + n * 137).toISOString();
    const [status, ms] = [n % 17 === 0 ? 404 : 200, n * 7_919 % 350];
    return `${at} \x1b[32minfo\x1b[0m  http   answered path=/api/orders/${n++}` +
      ` status=${status} afterMs=${ms} client=10.0.${n % 256}.17\n`;
  });
}

function repeated(next: () => string): Uint8Array {
  const bytes = Buffer.alloc(TEXT_BYTES);
  let at = 0;
  while (at < TEXT_BYTES) at += bytes.write(next(), at, "latin1");
  bytes[TEXT_BYTES - 1] = 10;
  return bytes;
}
