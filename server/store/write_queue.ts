/**
 * What is to be written, in order, and what waits for it to be on disk.
 *
 * One batch is on its way to the worker at a time and stays here until it is
 * written: a full disk or a worker that died is tried again, and nothing is
 * written past what was not. Knows no file; the worker is handed in.
 */

import { logger } from "../log.ts";
import type { FromWorker, StoreOperation, ToWorker } from "./operation.ts";

const log = logger("write_queue");

/** Long enough to make one transaction of a burst, short enough for an ack. */
const GATHER_MS = 25;

/** A disk that was full may have room again. */
const RETRY_MS = 1_000;

/** How long a stop waits for the disk before it gives up. */
const CLOSE_WITHIN_MS = 5_000;

/** The worker, as far as it matters here. */
export interface WorkerPort {
  onmessage(message: FromWorker): void;
  /** It ended without being asked to. */
  onend(why: string): void;
  post(message: ToWorker): void;
  terminate(): void;
}

interface Batch {
  readonly number: number;
  readonly characters: number;
  readonly operations: readonly StoreOperation[];
  readonly waiting: (() => void)[];
}

export class WriteQueue {
  readonly #start: () => WorkerPort;
  /** Hired when there is something to write: it is a thread of its own. */
  #worker: WorkerPort | undefined;
  #gathered: StoreOperation[] = [];
  #gatheredCharacters = 0;
  #waiting: (() => void)[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #sent: Batch | undefined;
  #number = 0;
  #isFailing = false;
  readonly #idle: (() => void)[] = [];
  #closed: (() => void) | undefined;
  pendingCharacters = 0;

  /** @param start Starts a worker that has opened the database. */
  constructor(start: () => WorkerPort) {
    this.#start = start;
  }

  write(operation: StoreOperation): void {
    const characters = sizeOf(operation);
    this.#gathered.push(operation);
    this.#gatheredCharacters += characters;
    this.pendingCharacters += characters;
    this.#timer ??= setTimeout(() => this.#flush(), GATHER_MS);
  }

  whenWritten(done: () => void): void {
    if (this.#gathered.length > 0) this.#waiting.push(done);
    else if (this.#sent) this.#sent.waiting.push(done);
    else queueMicrotask(done);
  }

  /** Writes what is left, unless the disk does not take it in time. */
  async close(): Promise<void> {
    this.#flush();
    const isWritten = await within(CLOSE_WITHIN_MS, (done) => {
      if (this.#sent) this.#idle.push(done);
      else done();
    });
    if (!isWritten) {
      log.error("writes_lost", { characters: this.pendingCharacters });
    } else if (this.#worker) {
      const worker = this.#worker;
      await within(CLOSE_WITHIN_MS, (done) => {
        this.#closed = done;
        worker.post({ type: "close" });
      });
    }
    clearTimeout(this.#timer);
    clearTimeout(this.#retry);
    this.#dismiss();
  }

  #hire(): WorkerPort {
    const worker = this.#start();
    worker.onmessage = (message) => this.#hear(message);
    worker.onend = (why) => {
      this.#dismiss();
      this.#failed(why, () => this.#send());
    };
    return worker;
  }

  #dismiss(): void {
    const worker = this.#worker;
    if (!worker) return;
    this.#worker = undefined;
    worker.onend = () => {};
    worker.terminate();
  }

  #flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    // What comes meanwhile is gathered until the batch before it is written.
    if (this.#gathered.length === 0 || this.#sent) return;
    this.#sent = {
      number: ++this.#number,
      characters: this.#gatheredCharacters,
      operations: this.#gathered,
      waiting: this.#waiting,
    };
    this.#gathered = [];
    this.#gatheredCharacters = 0;
    this.#waiting = [];
    this.#send();
  }

  #send(): void {
    if (!this.#sent) return;
    const { number: batch, operations } = this.#sent;
    this.#worker ??= this.#hire();
    this.#worker.post({ type: "write", batch, operations });
  }

  #hear(message: FromWorker): void {
    switch (message.type) {
      case "opened":
        return;
      case "written":
        return this.#written();
      case "failed":
        return this.#failed(message.error, () => this.#send());
      case "closed":
        return this.#closed?.();
    }
  }

  #written(): void {
    const batch = this.#sent;
    this.#sent = undefined;
    if (this.#isFailing) log.info("writes_resumed");
    this.#isFailing = false;
    this.pendingCharacters -= batch?.characters ?? 0;
    for (const done of batch?.waiting ?? []) done();
    this.#flush();
    if (!this.#sent) { for (const done of this.#idle.splice(0)) done(); }
  }

  /** Nothing is acknowledged meanwhile, so the agents still have it all. */
  #failed(why: string, again: () => void): void {
    if (!this.#isFailing) log.error("write_failed", { err: why });
    this.#isFailing = true;
    clearTimeout(this.#retry);
    this.#retry = setTimeout(again, RETRY_MS);
  }
}

/** Resolves to whether `done` was called in time. */
function within(ms: number, run: (done: () => void) => void): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const timer = setTimeout(() => resolve(false), ms);
  run(() => {
    clearTimeout(timer);
    resolve(true);
  });
  return promise;
}

function sizeOf(operation: StoreOperation): number {
  switch (operation.type) {
    case "append":
      return operation.item.json.length;
    case "replace":
    case "prepend":
      return operation.items.reduce((sum, { json }) => sum + json.length, 0);
    case "node":
      return operation.card.length + operation.details.length;
    case "place":
    case "forget":
      return 100;
  }
}
