/**
 * Everything one service ever said: takes what its processes write and the
 * runner's own marks, keeps the newest in memory and the rest in files, and
 * lets any number of readers read from any place on.
 *
 * It belongs to the service's name and outlives its processes.
 */

import type { UnixMs } from "../../../protocol/node.ts";
import type {
  LogPlace,
  LogQuery,
  ServiceLogFacts,
} from "../../../protocol/service.ts";
import { DEFAULT_LOG, type LogRules } from "../config/config.ts";
import { LineCutter, type TaggedLines } from "./line_cutter.ts";
import { LogFile } from "./log_file.ts";
import { markText, stampOf } from "./log_line.ts";
import { LogReader } from "./log_reader.ts";
import { LogRing } from "./log_ring.ts";
import { OldLines } from "./old_lines.ts";

/** When nobody says how many: as many as memory would have. */
const LINES_DEFAULT = 10_000;

export type Stream = "out" | "err";

export interface LogClock {
  /** Never jumps. */
  nowMs(): number;
  /** For people. */
  at(): UnixMs;
}

/** This machine's. */
export const LOG_CLOCK: LogClock = {
  nowMs: () => performance.now(),
  at: () => Date.now(),
};

export class ServiceLog {
  readonly #clock: LogClock;
  readonly #file: LogFile;
  readonly #ring = new LogRing();
  #rules: LogRules;
  readonly #watchers = new Set<() => void>();
  #isClosed = false;

  constructor(path: string, rules: LogRules, clock: LogClock) {
    this.#file = new LogFile(path, rules);
    this.#rules = rules;
    this.#clock = clock;
  }

  /** A log to which nothing is added, only to be read. */
  static closed(path: string): ServiceLog {
    const log = new ServiceLog(path, DEFAULT_LOG, LOG_CLOCK);
    log.close();
    return log;
  }

  get facts(): ServiceLogFacts {
    const { size, lostLines, error } = this.#file;
    return {
      bytes: size,
      lines: this.#ring.nextSeq - 1,
      lostLines,
      ...(error === undefined ? {} : { error }),
    };
  }

  /** Whether its file cannot be written at present. */
  get isBroken(): boolean {
    return this.#file.error !== undefined;
  }

  setRules(rules: LogRules): void {
    this.#rules = rules;
    this.#file.setRules(rules);
  }

  setMemory(maxBytes: number): void {
    this.#ring.setMaxBytes(maxBytes);
  }

  /**
   * A new process' stream: its lines are its own, from the first byte on.
   *
   * @param onLines Told of tagged lines; must not keep them.
   */
  open(stream: Stream, onLines?: (bytes: Buffer) => void): LogInlet {
    const cutter = new LineCutter(stream, (tagged) => {
      this.#add(tagged);
      onLines?.(tagged.bytes);
    });
    return {
      take: (chunk) => cutter.take(chunk, this.#stamp()),
      finish: () => cutter.finish(this.#stamp()),
    };
  }

  /** Writes a line of the runner's own. */
  mark(words: string): void {
    const text = `[hv] ${markText(words, this.#clock.at())}\n`;
    this.#add({ bytes: Buffer.from(text), lines: 1 });
  }

  /** Whether the file can be written again, if it could not be. */
  retry(): void {
    this.#file.retry(this.#clock.nowMs());
  }

  /** Calls `watcher` when there is more. Returns what stops it. */
  watch(watcher: () => void): () => void {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  /**
   * A reader at the place that a query asks for.
   *
   * Resolves when that place is found; what comes meanwhile is not missed.
   */
  async read(
    query: Omit<LogQuery, "follow">,
    epoch: string,
  ): Promise<LogReader> {
    const ring = this.#ring;
    const end = ring.nextSeq;
    const { firstSeq } = ring;
    const { sinceMs } = query;
    const after = placeIn(query.since, epoch);
    // One that memory no longer has is looked for by the reader itself. One
    // that is still to come was in a log that is gone, of the same name.
    if (after !== undefined && after < end) {
      return new LogReader(ring, this, after + 1);
    }
    const { tail: lines = LINES_DEFAULT, marks = true } = query;
    const seq = sinceMs === undefined ? firstSeq : ring.seqSince(sinceMs);
    const last = marks ? end - lines : ring.seqOfSaid(lines);
    // Memory has all that is asked for: the last lines, or those since a time
    // from which on it has every line.
    if (last >= firstSeq || seq > firstSeq) {
      return new LogReader(ring, this, Math.max(last, seq));
    }
    // Which lines the files lack is not known: the newest are in memory.
    if (!this.isComplete && end > firstSeq) {
      return new LogReader(ring, this, firstSeq);
    }
    const old = this.openFiles();
    const since = sinceMs === undefined ? {} : { since: sinceMs };
    await old.find({ lines, marks, ...since });
    // Memory knows their times, which files have only if they are told to.
    old.leave(end - firstSeq);
    return new LogReader(ring, this, firstSeq, old);
  }

  /** Whether every line is in the files, as long as those are kept. */
  get isComplete(): boolean {
    return this.#file.lostLines === 0;
  }

  openFiles(): OldLines {
    return new OldLines(this.#paths(), this.#rules.timestamps);
  }

  /** There will be no more: the service is gone. */
  get isClosed(): boolean {
    return this.#isClosed;
  }

  close(): void {
    this.#isClosed = true;
    this.#file.close();
    for (const watcher of this.#watchers) watcher();
  }

  #add(tagged: TaggedLines): void {
    if (this.#isClosed) return;
    const isStamped = this.#rules.timestamps;
    this.#file.write(tagged, this.#clock.nowMs());
    this.#ring.push(tagged, { at: this.#clock.at(), isStamped });
    for (const watcher of this.#watchers) watcher();
  }

  #stamp(): string {
    return this.#rules.timestamps ? stampOf(this.#clock.at()) : "";
  }

  #paths(): string[] {
    const numbers = Array.from({ length: this.#file.keep + 1 }, (_, n) => n);
    return numbers.map((n) => this.#file.numbered(n));
  }
}

export interface LogInlet {
  take(chunk: Uint8Array): void;
  /** The stream is over. */
  finish(): void;
}

function placeIn(
  place: LogPlace | undefined,
  epoch: string,
): number | undefined {
  return place?.epoch === epoch ? place.seq : undefined;
}
