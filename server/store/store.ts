/**
 * The store: what outlives the daemon, in one SQLite file.
 *
 * Writes are gathered for a moment and handed to a worker in batches; reads
 * are direct. `whenWritten` is how an uplink knows what it may acknowledge.
 * Without a file (`--no-store`) nothing is kept and all counts as written.
 */

import { Database } from "bun:sqlite";
import { HypivisorError } from "../errors.ts";
import { makePrivateFile } from "../paths.ts";
import type { FromWorker, StoreOperation } from "./operation.ts";
import { StoreReader } from "./reader.ts";
import { migrate, openForWriting } from "./schema.ts";
import { type WorkerPort, WriteQueue } from "./write_queue.ts";

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
  const queue = new WriteQueue(() => startWorker(file));
  return {
    reader: new StoreReader(db),
    write: (operation) => queue.write(operation),
    whenWritten: (done) => queue.whenWritten(done),
    get isFull() {
      return queue.pendingCharacters > PENDING_MAX_CHARACTERS;
    },
    async close() {
      await queue.close();
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

function startWorker(file: string): WorkerPort {
  const worker = new Worker(WORKER.href);
  const port: WorkerPort = {
    onmessage() {},
    onend() {},
    post: (message) => worker.postMessage(message),
    terminate: () => worker.terminate(),
  };
  worker.onmessage = ({ data }: MessageEvent<FromWorker>) =>
    port.onmessage(data);
  worker.onerror = ({ message }) => port.onend(message);
  worker.addEventListener("close", () => port.onend("it ended"));
  port.post({ type: "open", file });
  return port;
}
