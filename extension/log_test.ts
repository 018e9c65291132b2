import { test } from "bun:test";
import { assert, assertEquals } from "@std/assert";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createBoundary } from "./boundary.ts";
import { Log } from "./log.ts";

async function withLog(run: (log: Log, file: string) => Promise<void>) {
  const dir = await mkdtemp(join(tmpdir(), "log-"));
  try {
    const file = join(dir, "sub", "pi-socket.jsonl");
    await run(new Log(file), file);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

async function lines(file: string) {
  const text = await readFile(file, "utf8");
  return text.trim().split("\n").map((line) => JSON.parse(line));
}

test("Log.write() appends JSON lines in the background", () =>
  withLog(async (log, file) => {
    log.write("info", "uplink", "registered", { code: 1 });
    log.write("warn", "uplink", "uplink lost");
    await log.flush();
    const [first, second] = await lines(file);
    assertEquals(first.level, "info");
    assertEquals(first.component, "uplink");
    assertEquals(first.code, 1);
    assertEquals(second.msg, "uplink lost");
  }));

test("Log keeps two old files, and the newest under its own name", () =>
  withLog(async (log, file) => {
    log.write("info", "t", "first");
    await log.flush();
    for (let n = 0; n < 4; n++) {
      await writeFile(file, "x".repeat(2 * 1024 * 1024));
      log.write("info", "t", `after ${n}`);
      await log.flush();
    }
    assertEquals((await readdir(join(file, ".."))).sort(), [
      "pi-socket.jsonl",
      "pi-socket.jsonl.1",
      "pi-socket.jsonl.2",
    ]);
    assertEquals((await lines(file))[0].msg, "after 3");
  }));

test("Log gives up in silence where it cannot write", async () => {
  const log = new Log("/dev/null/nowhere.jsonl");
  log.write("info", "t", "lost");
  await log.flush();
});

test("a boundary logs what was thrown or rejected, and goes on", () =>
  withLog(async (log, file) => {
    const boundary = createBoundary(log);
    boundary("sync", () => {
      throw new Error("first");
    })();
    await boundary("async", () => Promise.reject(new Error("second")))();
    assertEquals(boundary("fine", (n: number) => n + 1)(1), 2);
    await log.flush();

    const [first, second, ...rest] = await lines(file);
    assertEquals(rest, []);
    assertEquals(first.needsHardening, true);
    assertEquals([first.boundary, first.error], ["sync", "first"]);
    assert(first.stack.includes("first"));
    assertEquals([second.boundary, second.error], ["async", "second"]);
  }));
