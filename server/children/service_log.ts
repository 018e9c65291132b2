/**
 * The log of one service, on a line to the runner of its own: what it holds,
 * and what comes after.
 *
 * Lines arrive after the runner's answer. Whoever cannot take more pauses the
 * line; the runner then leaves lines out and says how many.
 */

import { HypivisorError } from "../errors.ts";
import type { RunnerPush } from "../protocol/runner.ts";
import type { LogLine, LogQuery } from "../protocol/service.ts";
import { RunnerClient } from "./runner_client.ts";

/** Of one answer: what a service has in memory is less. */
const WHOLE_MAX_CHARACTERS = 4 * 1024 * 1024;

/** A disk takes milliseconds for what was rotated; a loaded one seconds. */
const WHOLE_WITHIN_MS = 30_000;

export interface LogListener {
  lines(lines: readonly LogLine[]): void;
  gap(missed: number): void;
  /** The last; `why` if it was cut. */
  end(why?: string): void;
}

export interface WholeLog {
  readonly epoch: string;
  readonly lines: readonly LogLine[];
  /** Lines that were left out. */
  readonly missed: number;
}

export class ServiceLog {
  readonly #listener: LogListener;
  /** What came before `begin`. */
  #early: (() => void)[] | undefined = [];
  #client: RunnerClient | undefined;
  #epoch = "";
  #isEnded = false;

  private constructor(listener: LogListener) {
    this.#listener = listener;
  }

  /**
   * The listener hears nothing before `begin`.
   *
   * @throws {HypivisorError} `not_found`, or `unavailable`.
   */
  static async open(
    socket: string,
    query: LogQuery,
    listener: LogListener,
  ): Promise<ServiceLog> {
    const opened = new ServiceLog(listener);
    const client = await RunnerClient.connect(socket, {
      push: (push) => opened.#tell(() => opened.#hear(push)),
      lost: () => opened.#tell(() => opened.#end("The runner is gone")),
    });
    opened.#client = client;
    try {
      const { epoch } = await client.call("services_log", query);
      opened.#epoch = epoch;
      return opened;
    } catch (thrown) {
      client.close();
      throw thrown;
    }
  }

  /** Within which the numbers of its lines count. */
  get epoch(): string {
    return this.#epoch;
  }

  begin(): void {
    const early = this.#early ?? [];
    this.#early = undefined;
    for (const tell of early) tell();
  }

  pause(): void {
    this.#client?.pause();
  }

  resume(): void {
    this.#client?.resume();
  }

  /** The listener hears nothing more. */
  close(): void {
    this.#isEnded = true;
    this.#client?.close();
  }

  #tell(what: () => void): void {
    if (this.#early) this.#early.push(what);
    else what();
  }

  #hear(push: RunnerPush): void {
    if (this.#isEnded) return;
    if (push.type === "log") this.#listener.lines(push.lines);
    if (push.type === "log_gap") this.#listener.gap(push.missed);
    if (push.type === "log_end") this.#end();
  }

  #end(why?: string): void {
    if (this.#isEnded) return;
    this.close();
    this.#listener.end(why);
  }
}

/** @throws {HypivisorError} `not_found`, or `unavailable`. */
export async function readWholeLog(
  socket: string,
  query: Omit<LogQuery, "follow">,
): Promise<WholeLog> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const lines: LogLine[] = [];
  let missed = 0;
  let size = 0;
  const late = setTimeout(
    () => reject(new HypivisorError("unavailable", "The log takes too long")),
    WHOLE_WITHIN_MS,
  );
  promise.catch(() => {}); // Opening may fail first.
  let opened: ServiceLog | undefined;
  try {
    opened = await ServiceLog.open(socket, { ...query, follow: false }, {
      lines(more) {
        for (const line of more) {
          lines.push(line);
          size += line.text.length;
        }
        let dropped = 0;
        while (size > WHOLE_MAX_CHARACTERS && dropped < lines.length) {
          size -= lines[dropped++]?.text.length ?? 0;
        }
        lines.splice(0, dropped);
        missed += dropped;
      },
      gap: (count) => void (missed += count),
      end: (why) =>
        why ? reject(new HypivisorError("unavailable", why)) : resolve(),
    });
    opened.begin();
    await promise;
    return { epoch: opened.epoch, lines, missed };
  } finally {
    clearTimeout(late);
    opened?.close();
  }
}
