/**
 * Reads one log on from a place, in memory and, for what is no longer there, in
 * the files.
 *
 * Holds no lines of its own, so that a reader that is slow, or stuck for an
 * hour, costs nothing and still gets every line that is kept anywhere; what is
 * kept nowhere it is told to have missed.
 */

import type { LogLine } from "../../../protocol/service.ts";
import type { LogRing, RingPlace } from "./log_ring.ts";
import type { OldLines } from "./old_lines.ts";

/** What is read at once. */
const BATCH_CHARS = 64 * 1024;

export interface LogBatch {
  /** So many lines before `lines` could not be had. */
  readonly missed: number;
  readonly lines: readonly LogLine[];
}

/** The files, as far as a reader needs them. */
export interface LogFiles {
  /** Whether they have every line, so that counting back finds the right one. */
  readonly isComplete: boolean;
  openFiles(): OldLines;
}

export class LogReader implements Disposable {
  readonly #ring: LogRing;
  readonly #files: LogFiles;
  readonly #place: RingPlace;
  #old: OldLines | undefined;
  #oldSeq: number;

  /** @param old Lines before `seq`, to be read first. */
  constructor(ring: LogRing, files: LogFiles, seq: number, old?: OldLines) {
    this.#ring = ring;
    this.#files = files;
    this.#place = { seq };
    this.#old = old;
    this.#oldSeq = seq - (old?.count ?? 0);
  }

  /** The next lines; undefined when there are none for now. */
  async next(): Promise<LogBatch | undefined> {
    const old = this.#readOld();
    if (old) return { missed: 0, lines: old };
    if (this.#place.seq < this.#ring.firstSeq && this.#files.isComplete) {
      const missed = await this.#catchUp();
      return { missed, lines: this.#readOld() ?? [] };
    }
    const batch = this.#ring.read(this.#place, BATCH_CHARS);
    return batch.lines.length > 0 || batch.missed > 0 ? batch : undefined;
  }

  [Symbol.dispose](): void {
    this.#old?.[Symbol.dispose]();
    this.#old = undefined;
  }

  #readOld(): LogLine[] | undefined {
    const lines = this.#old?.read(this.#oldSeq);
    if (!lines) {
      this[Symbol.dispose]();
      return undefined;
    }
    this.#oldSeq += lines.length;
    return lines;
  }

  /** Goes on in the files. Returns how many lines are not there either. */
  async #catchUp(): Promise<number> {
    const end = this.#ring.nextSeq;
    const wanted = end - this.#place.seq;
    this.#place.seq = end;
    delete this.#place.hint;
    const old = this.#files.openFiles();
    this.#old = old;
    await old.find({ lines: wanted, marks: true });
    this.#oldSeq = end - old.count;
    return wanted - old.count;
  }
}
