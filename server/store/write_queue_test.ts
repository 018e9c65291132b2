import { assertEquals } from "@std/assert";
import { test } from "bun:test";
import { until } from "../../tests/harness/until.ts";
import type { StoreOperation, ToWorker } from "./operation.ts";
import { type WorkerPort, WriteQueue } from "./write_queue.ts";

const forget = (node: string): StoreOperation => ({ type: "forget", node });

/** Workers that do as the test says. */
function makeWorkers() {
  const workers: (WorkerPort & { heard: ToWorker[] })[] = [];
  const start = () => {
    const heard: ToWorker[] = [];
    const worker = {
      heard,
      onmessage() {},
      onend() {},
      post: (message: ToWorker) => void heard.push(message),
      terminate() {},
    };
    workers.push(worker);
    return worker;
  };
  return { workers, start };
}

function nodesOf(messages: readonly ToWorker[]): string[][] {
  return messages.flatMap((message) =>
    message.type === "write"
      ? [message.operations.map((op) => op.type === "forget" ? op.node : "")]
      : []
  );
}

test("WriteQueue sends one batch at a time and calls back in order", async () => {
  const { workers, start } = makeWorkers();
  const queue = new WriteQueue(start);
  const done: string[] = [];
  queue.whenWritten(() => done.push("nothing"));
  queue.write(forget("a"));
  queue.whenWritten(() => done.push("a"));
  const worker = await until(() => workers[0]);
  queue.write(forget("b"));
  queue.whenWritten(() => done.push("b"));
  assertEquals(done, ["nothing"]);

  worker.onmessage({ type: "written", batch: 1 });
  assertEquals(done, ["nothing", "a"]);
  await until(() => worker.heard.length === 2);
  worker.onmessage({ type: "written", batch: 2 });
  assertEquals(done, ["nothing", "a", "b"]);
  assertEquals(nodesOf(worker.heard), [["a"], ["b"]]);
  assertEquals(queue.pendingCharacters, 0);
});

test("WriteQueue writes nothing past a batch that failed, and tries again", async () => {
  const { workers, start } = makeWorkers();
  const queue = new WriteQueue(start);
  let isDone = false;
  queue.write(forget("a"));
  queue.whenWritten(() => isDone = true);
  const worker = await until(() => workers[0]);

  worker.onmessage({ type: "failed", batch: 1, error: "disk is full" });
  queue.write(forget("b"));
  await until(() => worker.heard.length === 2);
  assertEquals(isDone, false);
  worker.onmessage({ type: "written", batch: 1 });
  assertEquals(isDone, true);
  await until(() => worker.heard.length === 3);
  assertEquals(nodesOf(worker.heard), [["a"], ["a"], ["b"]]);
});

test("WriteQueue hires another worker when one dies, and loses nothing", async () => {
  const { workers, start } = makeWorkers();
  const queue = new WriteQueue(start);
  queue.write(forget("a"));
  await until(() => workers[0]?.heard.length === 1);

  workers[0]?.onend("out of memory");
  workers[0]?.onmessage({ type: "opened" });
  await until(() => workers[1]?.heard.length === 1);
  assertEquals(nodesOf(workers[1]?.heard ?? []), [["a"]]);
  workers[1]?.onmessage({ type: "written", batch: 1 });
  assertEquals(queue.pendingCharacters, 0);
});

test("WriteQueue.close() writes what is left, then closes the worker", async () => {
  const { workers, start } = makeWorkers();
  const queue = new WriteQueue(start);
  queue.write(forget("a"));
  const closed = queue.close();
  const worker = await until(() => workers[0]);
  queue.write(forget("b"));
  worker.onmessage({ type: "written", batch: 1 });
  worker.onmessage({ type: "written", batch: 2 });
  await until(() => worker.heard.at(-1)?.type === "close");
  worker.onmessage({ type: "closed" });

  await closed;
  assertEquals(nodesOf(worker.heard), [["a"], ["b"]]);
});

test("WriteQueue hires nobody while there is nothing to write", async () => {
  const { workers, start } = makeWorkers();
  const queue = new WriteQueue(start);
  queue.whenWritten(() => {});
  await queue.close();
  assertEquals(workers.length, 0);
});
