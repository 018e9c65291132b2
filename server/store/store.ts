/**
 * The store: what outlives the daemon, in one SQLite file.
 *
 * Writes are gathered for a moment and handed to a worker in batches; reads
 * are direct. `whenWritten` is how an uplink knows what it may acknowledge.
 * Without a file (`--no-store`) nothing is kept and all counts as written.
 */

import { Database } from "bun:sqlite";
import { HypivisorError } from "../errors.ts";
import { logger } from "../log.ts";
import { makePrivateFile } from "../paths.ts";
import type { FromWorker, StoreOperation, ToWorker } from "./operation.ts";
import { StoreReader } from "./reader.ts";
import { migrate, openForWriting } from "./schema.ts";

const log = logger("store");

/** Long enough to make one transaction of a burst, short enough for an ack. */
const GATHER_MS = 25;

/** Beyond this the disk cannot keep up: uplinks are paused until it has. */
const PENDING_MAX_CHARACTERS = 32 * 1024 * 1024;

export interface Store {
  /** Undefined without a file. */
  readonly reader: StoreReader | undefined;
  write(operation: StoreOperation): void;
  /** Calls back once all that was written before is on disk. */
  whenWritten(done: () => void): void;
  /** True while more is waiting to be written than should. */
  readonly isFull: boolean;
  close(): Promise<void>;
}

/** Keeps nothing. */
export const noStore: Store = {
  reader: undefined,
  write() {},
  whenWritten: (done) => queueMicrotask(done),
  isFull: false,
  close: () => Promise.resolve(),
};

/**
 * Opens or makes the database.
 *
 * @throws {HypivisorError} `unavailable` if it cannot be used.
 */
export function openStore(file: string): Store {
  const db = openDatabase(file);
  const worker = new StoreWorker(file);
  return {
    reader: new StoreReader(db),
    write: (operation) => worker.write(operation),
    whenWritten: (done) => worker.whenWritten(done),
    get isFull() {
      return worker.pendingCharacters > PENDING_MAX_CHARACTERS;
    },
    async close() {
      await worker.close();
      db.close();
    },
  };
}

function openDatabase(file: string): Database {
  try {
    const db = new Database(makePrivateFile(file));
    openForWriting(db);
    migrate(db);
    return db;
  } catch (cause) {
    throw new HypivisorError(
      "unavailable",
      `Cannot open the database "${file}": ${
        (cause as Error).message
      }. Move it away, or start with --no-store`,
      { cause },
    );
  }
}

/** In the executable all modules share one URL, so paths start at the root. */
const WORKER = new URL(
  Bun.isStandaloneExecutable ? "./server/store/worker.ts" : "./worker.ts",
  import.meta.url,
);

interface Batch {
  readonly number: number;
  readonly characters: number;
  readonly waiting: (() => void)[];
}

class StoreWorker {
  readonly #worker: Worker;
  #gathered: StoreOperation[] = [];
  #gatheredCharacters = 0;
  #waiting: (() => void)[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;
  #sent: Batch[] = [];
  #number = 0;
  #closed = Promise.withResolvers<void>();
  pendingCharacters = 0;

  constructor(file: string) {
    this.#worker = new Worker(WORKER.href);
    this.#worker.onmessage = ({ data }: MessageEvent<FromWorker>) =>
      this.#hear(data);
    this.#worker.onerror = (event) => {
      log.error("worker_failed", { err: event.message });
      this.#closed.resolve();
    };
    this.#tell({ type: "open", file });
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
    else if (this.#sent.length > 0) this.#sent.at(-1)?.waiting.push(done);
    else queueMicrotask(done);
  }

  async close(): Promise<void> {
    this.#flush();
    this.#tell({ type: "close" });
    await this.#closed.promise;
    this.#worker.terminate();
  }

  #flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#gathered.length === 0) return;
    const batch: Batch = {
      number: ++this.#number,
      characters: this.#gatheredCharacters,
      waiting: this.#waiting,
    };
    this.#sent.push(batch);
    this.#tell({
      type: "write",
      batch: batch.number,
      operations: this.#gathered,
    });
    this.#gathered = [];
    this.#gatheredCharacters = 0;
    this.#waiting = [];
  }

  #hear(message: FromWorker): void {
    switch (message.type) {
      case "opened":
        return;
      case "written":
      case "failed": {
        const batch = this.#sent.shift();
        if (!batch) return;
        this.pendingCharacters -= batch.characters;
        if (message.type === "written") {
          for (const done of batch.waiting) done();
        } else {
          // Not acknowledged, so the agents still have it; but this daemon
          // can no longer promise anything, and a person must look.
          log.error("write_failed", { err: message.error });
        }
        return;
      }
      case "closed":
        return this.#closed.resolve();
    }
  }

  #tell(message: ToWorker): void {
    this.#worker.postMessage(message);
  }
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
