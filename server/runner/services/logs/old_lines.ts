/**
 * Lines that only the files have: those of before the runner started, or too
 * old for memory. Looked for backwards from the end, then read forwards.
 *
 * The files are opened at once and their ends noted, so that what is written
 * and rotated meanwhile changes nothing.
 */

import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import type { UnixMs } from "../../../protocol/node.ts";
import type { LogLine } from "../../../protocol/service.ts";
import { readLine } from "./log_line.ts";

const BLOCK_BYTES = 64 * 1024;

/** After so many bytes the search goes on in the next turn. */
const TURN_BYTES = 1024 * 1024;

const NEWLINE = 10;

const MARKS = /^\[hv\] /gm;

interface OpenFile {
  readonly fd: number;
  /** Bytes at the time of asking. */
  readonly end: number;
  /** Where reading begins. */
  start: number;
}

/** What is wanted: the last `lines`, and nothing known to be before `since`. */
export interface OldQuery {
  readonly lines: number;
  readonly since?: UnixMs;
  /** Whether marks count as lines. */
  readonly marks: boolean;
}

export class OldLines implements Disposable {
  /** Oldest first. */
  readonly #files: OpenFile[];
  readonly #isStamped: boolean;
  #rest = "";
  #count = 0;
  /** Of these, read already. */
  #given = 0;

  /** @param paths Newest first, as they are numbered. */
  constructor(paths: readonly string[], isStamped: boolean) {
    this.#isStamped = isStamped;
    this.#files = paths.flatMap((path) => {
      const fd = open(path);
      if (fd === undefined) return [];
      const end = fstatSync(fd).size;
      return [{ fd, end, start: end }];
    }).reverse();
  }

  /** How many lines `read` will give. Known after `find`. */
  get count(): number {
    return this.#count;
  }

  /** Leaves out the newest: so many are had from elsewhere. */
  leave(lines: number): void {
    this.#count = Math.max(this.#count - lines, 0);
  }

  /** Finds where to begin. Resolves when that is known. */
  async find({ lines, since, marks }: OldQuery): Promise<void> {
    let searched = 0;
    let wanted = lines;
    for (const file of this.#files.toReversed()) {
      while (file.start > 0) {
        const found = searchBlock(file, wanted - this.#count);
        this.#count += found.newlines;
        if (!marks) wanted += found.text.match(MARKS)?.length ?? 0;
        const older = since === undefined ? 0 : this.#older(found.text, since);
        if (older > 0) {
          file.start += older;
          this.#count -= newlinesIn(found.text.slice(0, older));
        }
        const isEnough = found.isEnough && this.#count >= wanted;
        if (isEnough || older > 0) return;
        searched += BLOCK_BYTES;
        if (searched % TURN_BYTES === 0) await nextTurn();
      }
      // A file begins with a line.
      if (this.#count >= wanted) return;
    }
  }

  /** The next lines, oldest first. Undefined when there are no more. */
  read(firstSeq: number): LogLine[] | undefined {
    while (true) {
      const file = this.#files[0];
      const left = this.#count - this.#given;
      if (!file || left === 0) return undefined;
      const text = readBlock(file.fd, file.start, file.end);
      file.start += text.length;
      if (file.start >= file.end || text === "") this.#drop();
      const body = this.#rest + text;
      const end = body.lastIndexOf("\n");
      this.#rest = body.slice(end + 1);
      if (end < 0) continue;
      const lines = body.slice(0, end).split("\n").slice(0, left);
      this.#given += lines.length;
      return lines.map((line, i) => ({
        ...readLine(line, this.#isStamped),
        seq: firstSeq + i,
      }));
    }
  }

  [Symbol.dispose](): void {
    while (this.#files.length > 0) this.#drop();
  }

  #drop(): void {
    const file = this.#files.shift();
    if (file) closeSync(file.fd);
  }

  /** Length of the lines up to the last one known to be before `since`. */
  #older(text: string, since: UnixMs): number {
    let end = text.length;
    while (end > 0) {
      const start = text.lastIndexOf("\n", end - 2) + 1;
      const line = text.slice(start, end - 1);
      const { at } = readLine(line, this.#isStamped);
      if (at !== undefined && at < since) return end;
      end = start;
    }
    return 0;
  }
}

/**
 * Moves `start` back by a block, or to the first of the lines wanted: the one
 * after the newline that is one too many.
 */
function searchBlock(
  file: OpenFile,
  wanted: number,
): { newlines: number; text: string; isEnough: boolean } {
  const from = Math.max(file.start - BLOCK_BYTES, 0);
  const block = readBytes(file.fd, from, file.start);
  let newlines = 0;
  let at = block.length;
  while (at > 0) {
    const newline = block.lastIndexOf(NEWLINE, at - 1);
    if (newline < 0) break;
    if (newlines === wanted) {
      file.start = from + newline + 1;
      const text = block.toString("latin1", newline + 1);
      return { newlines, text, isEnough: true };
    }
    newlines++;
    at = newline;
  }
  file.start = from;
  return { newlines, text: block.toString("latin1"), isEnough: false };
}

function newlinesIn(text: string): number {
  return text.split("\n").length - 1;
}

function readBlock(fd: number, start: number, end: number): string {
  const bytes = readBytes(fd, start, Math.min(end, start + BLOCK_BYTES));
  return bytes.toString("latin1");
}

function readBytes(fd: number, start: number, end: number): Buffer {
  const bytes = Buffer.alloc(end - start);
  return bytes.subarray(0, readSync(fd, bytes, 0, bytes.length, start));
}

function open(path: string): number | undefined {
  try {
    return openSync(path, "r");
  } catch {
    return undefined; // Not every number has a file.
  }
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
