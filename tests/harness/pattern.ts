/**
 * Output whose every byte is known from its offset, so that a gap or a double
 * byte anywhere in it is found.
 */

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { RunnerViewer } from "./runner_viewer.ts";

/** What the program prints before it waits for the Enter. */
export const READY = "R";

const LINE = 64;

/** Numbered lines, and a program that prints them. */
export class Pattern implements Disposable {
  /** As they arrive. */
  readonly bytes: Buffer;
  readonly #dir = mkdtempSync(join(tmpdir(), "hypivisor-pattern-"));
  readonly #isCooked: boolean;

  /** @param isCooked Whether the tty makes CR and LF of each line's end. */
  constructor(size: number, isCooked = false) {
    this.#isCooked = isCooked;
    this.bytes = Buffer.alloc(size, "-");
    for (let at = 0; at < size; at += LINE) {
      this.bytes.write(String(at).padStart(12, "0"), at);
      if (isCooked) this.bytes[at + LINE - 2] = 0x0d;
      this.bytes[at + LINE - 1] = 0x0a;
    }
    const printed = isCooked
      ? this.bytes.filter((byte) => byte !== 0x0d)
      : this.bytes;
    writeFileSync(this.#file, printed);
  }

  get #file(): string {
    return join(this.#dir, "pattern.txt");
  }

  /** Prints `READY`, waits for an Enter, and prints all of it. */
  get program(): string[] {
    const mode = this.#isCooked ? "opost" : "-opost";
    const script = `stty ${mode} -echo; printf ${READY}; read enter; ` +
      `exec cat '${this.#file}'`;
    return ["sh", "-c", script];
  }

  [Symbol.dispose](): void {
    rmSync(this.#dir, { recursive: true, force: true });
  }
}

/** Checks what several viewers hear, one after the other, as one stream. */
export class PatternCheck {
  readonly #wanted: Buffer;
  #offset = 0;
  /** Where the first wrong byte was. */
  wrongAt: number | undefined;

  constructor(pattern: Pattern) {
    this.#wanted = pattern.bytes;
  }

  /** So much of the pattern was there. */
  get offset(): number {
    return this.#offset;
  }

  /** Checks from now on what this viewer hears, instead of keeping it. */
  follow(viewer: RunnerViewer): void {
    viewer.keeps = false;
    viewer.onBytes = (bytes) => this.push(bytes);
  }

  push(bytes: Uint8Array): void {
    const from = this.#offset;
    const wanted = this.#wanted.subarray(from, from + bytes.length);
    if (this.wrongAt === undefined && Buffer.compare(wanted, bytes) !== 0) {
      this.wrongAt = from + wanted.findIndex((byte, at) => byte !== bytes[at]);
    }
    this.#offset += bytes.length;
  }
}
