/**
 * The worker that writes: its own thread, so that a slow disk or a checkpoint
 * never stalls the loop that serves sockets.
 */

import { Database } from "bun:sqlite";
import type { FromWorker, ToWorker } from "./operation.ts";
import { openForWriting } from "./schema.ts";
import { Writer } from "./writer.ts";

declare const self: Worker;

let db: Database | undefined;
let writer: Writer | undefined;

function tell(message: FromWorker): void {
  self.postMessage(message);
}

self.onmessage = ({ data }: MessageEvent<ToWorker>) => {
  switch (data.type) {
    case "open":
      db = new Database(data.file);
      openForWriting(db);
      writer = new Writer(db);
      return tell({ type: "opened" });
    case "write":
      try {
        writer?.write(data.operations);
        return tell({ type: "written", batch: data.batch });
      } catch (thrown) {
        return tell({
          type: "failed",
          batch: data.batch,
          error: String(thrown),
        });
      }
    case "close":
      db?.run("pragma optimize");
      db?.run("pragma wal_checkpoint(truncate)");
      db?.close();
      return tell({ type: "closed" });
  }
};
