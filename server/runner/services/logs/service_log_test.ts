import { expect, test } from "bun:test";
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { LogQuery } from "../../../protocol/service.ts";
import { DEFAULT_LOG, type LogRules } from "../config/config.ts";
import type { LogReader } from "./log_reader.ts";
import { ServiceLog } from "./service_log.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

/** A log in a folder of its own, on a clock that stands still. */
function makeLog(rules: Partial<LogRules> = {}) {
  const folder = mkdtempSync(join(tmpdir(), "log-"));
  const path = join(folder, "x.log");
  const clock = { ms: 0 };
  const open = () =>
    new ServiceLog(path, { ...DEFAULT_LOG, ...rules }, {
      nowMs: () => clock.ms,
      at: () => 1_700_000_000_000 + clock.ms,
    });
  const log = open();
  return {
    folder,
    path,
    clock,
    log,
    open,
    say: (text: string, to = log) => to.open("out").take(bytes(text)),
    files: () => readdirSync(folder).sort(),
    [Symbol.dispose]: () => {
      log.close();
      rmSync(folder, { recursive: true });
    },
  };
}

async function drain(
  reader: LogReader,
): Promise<{ texts: string[]; seqs: number[]; missed: number }> {
  using _ = reader;
  const texts: string[] = [];
  const seqs: number[] = [];
  let missed = 0;
  for (let batch = await reader.next(); batch; batch = await reader.next()) {
    missed += batch.missed;
    texts.push(...batch.lines.map(({ text }) => text));
    seqs.push(...batch.lines.map(({ seq }) => seq));
  }
  return { texts, seqs, missed };
}

async function read(log: ServiceLog, query: Partial<LogQuery>) {
  return await drain(await log.read({ name: "x", ...query }, "e"));
}

const numbers = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, i) => `line ${from + i}`);

test("ServiceLog writes what only this user may read (B37)", () => {
  using made = makeLog();
  made.say("a\n");
  expect(statSync(made.path).mode & 0o777).toBe(0o600);
  expect(readFileSync(made.path, "utf8")).toBe("[out] a\n");
});

test("ServiceLog rotates exactly: no file over its size, no line torn (1.9)", () => {
  using made = makeLog({ maxBytes: 4_096, keep: 2 });
  const all = numbers(1, 1_000);
  for (let i = 0; i < all.length; i += 100) {
    made.say(all.slice(i, i + 100).map((line) => `${line}\n`).join(""));
  }
  expect(made.files()).toEqual(["x.log", "x.log.1", "x.log.2"]);
  const texts = ["x.log.2", "x.log.1", "x.log"].map((file) =>
    readFileSync(join(made.folder, file), "utf8")
  );
  for (const text of texts) {
    expect(text.length).toBeLessThanOrEqual(4_096);
    expect(text).toStartWith("[out] line ");
    expect(text).toEndWith("\n");
  }
  for (const full of texts.slice(0, 2)) {
    expect(full.length).toBeGreaterThan(4_096 - 20);
  }
  const kept = texts.join("").trimEnd().split("\n");
  expect(kept).toEqual(all.slice(-kept.length).map((line) => `[out] ${line}`));
});

test("ServiceLog counts what was in the file before it (1.5)", () => {
  using made = makeLog({ maxBytes: 4_096, keep: 1 });
  writeFileSync(made.path, "[out] old\n".repeat(409));
  made.say("new new\n");
  expect(made.files()).toEqual(["x.log", "x.log.1"]);
  expect(readFileSync(made.path, "utf8")).toBe("[out] new new\n");
});

test("ServiceLog keeps no older file where none is wanted", () => {
  using made = makeLog({ maxBytes: 4_096, keep: 0 });
  made.say("x\n".repeat(1_000));
  expect(made.files()).toEqual(["x.log"]);
});

test("ServiceLog.read() gives the last lines, of memory or of the files (B33)", async () => {
  using made = makeLog({ maxBytes: 4_096, keep: 5 });
  made.say(numbers(1, 500).map((line) => `${line}\n`).join(""));
  expect((await read(made.log, { tail: 3 })).texts).toEqual(numbers(498, 500));
  expect((await read(made.log, { tail: 0 })).texts).toEqual([]);

  // A runner later: nothing is in memory.
  const later = made.open();
  made.say("line 501\n", later);
  for (const tail of [1, 2, 3, 100, 450, 501, 9_999]) {
    const { texts, seqs } = await read(later, { tail });
    expect(texts).toEqual(numbers(Math.max(502 - tail, 1), 501));
    expect(seqs.at(-1)).toBe(1);
    expect(seqs[0]).toBe(2 - texts.length);
  }
  expect((await read(later, {})).texts).toEqual(numbers(1, 501));
  later.close();
});

test("ServiceLog.read() misses nothing that comes while it looks (B27)", async () => {
  using made = makeLog({ maxBytes: 4_096, keep: 50 });
  made.say(numbers(1, 2_000).map((line) => `${line}\n`).join(""));
  const later = made.open();
  const reading = later.read({ name: "x", tail: 2_000 }, "e");
  made.say(numbers(2_001, 2_500).map((line) => `${line}\n`).join(""), later);
  expect((await drain(await reading)).texts).toEqual(numbers(1, 2_500));
  later.close();
});

test("ServiceLog.read() resumes after a line, from the files if need be", async () => {
  using made = makeLog({ maxBytes: 1_000_000 });
  made.log.setMemory(200);
  made.say(numbers(1, 300).map((line) => `${line}\n`).join(""));
  const since = { epoch: "e", seq: 40 };
  const { texts, seqs, missed } = await read(made.log, { since });
  expect(texts).toEqual(numbers(41, 300));
  expect(seqs[0]).toBe(41);
  expect(missed).toBe(0);
  const other = { epoch: "another", seq: 40 };
  expect((await read(made.log, { since: other })).texts).toHaveLength(300);
});

test("ServiceLog.read() gives what came since a time", async () => {
  using made = makeLog({ timestamps: true });
  for (let i = 1; i <= 300; i++) {
    made.clock.ms = i * 1_000;
    made.say(`line ${i}\n`);
  }
  const sinceMs = 1_700_000_000_000 + 290_000;
  const wanted = numbers(290, 300);
  expect((await read(made.log, { sinceMs })).texts).toEqual(wanted);
  const later = made.open();
  expect((await read(later, { sinceMs })).texts).toEqual(wanted);
  later.close();
});

test("ServiceLog.read() has the times of what is in memory", async () => {
  using made = makeLog();
  made.say("before\n");
  const later = made.open();
  made.clock.ms = 60_000;
  made.say("after\n", later);
  using reader = await later.read({ name: "x" }, "e");
  const seen: unknown[] = [];
  for (let batch = await reader.next(); batch; batch = await reader.next()) {
    seen.push(...batch.lines.map(({ at, text }) => [at, text]));
  }
  expect(seen).toEqual([
    [undefined, "before"],
    [1_700_000_060_000, "after"],
  ]);
  later.close();
});

test("ServiceLog.read() counts the lines that are wanted, with marks or without", async () => {
  using made = makeLog({ maxBytes: 4_096, keep: 50 });
  for (const line of numbers(1, 300)) {
    made.log.mark("started pid=1");
    made.say(`${line}\n`);
    made.log.mark("exited code=1");
  }
  const said = async (log: ServiceLog, tail: number) =>
    (await read(log, { tail, marks: false })).texts
      .filter((text) => text.startsWith("line"));
  const later = made.open();
  for (const tail of [0, 1, 7, 200, 300]) {
    const wanted = numbers(301 - tail, 300);
    expect(await said(made.log, tail)).toEqual(wanted);
    expect(await said(later, tail)).toEqual(wanted);
  }
  expect((await read(made.log, { tail: 3 })).texts).toHaveLength(3);
  later.close();
});

test("ServiceLog knows times of marks where lines have none (B36)", async () => {
  using made = makeLog();
  made.say("before\n");
  made.log.mark("started pid=1");
  made.clock.ms = 60_000;
  made.log.mark("started pid=2");
  made.say("after\n");
  const later = made.open();
  const sinceMs = 1_700_000_000_000 + 30_000;
  expect((await read(later, { sinceMs })).texts).toEqual([
    "started pid=2 at=2023-11-14T22:14:20.000Z",
    "after",
  ]);
  later.close();
});

test("ServiceLog counts lines that cannot be written, and says so (B35)", async () => {
  using made = makeLog();
  made.say("one\n");
  made.log.close();
  rmSync(made.path);
  mkdirSync(made.path); // Nobody can write a file there, not even root.
  const broken = made.open();
  made.say("two\nthree\n", broken);
  made.clock.ms += 500;
  made.say("four\n", broken);
  expect(broken.facts).toMatchObject({ lostLines: 3, lines: 3 });
  expect(broken.facts.error).toContain("EISDIR");
  expect((await read(broken, { tail: 3 })).texts).toEqual([
    "two",
    "three",
    "four",
  ]);

  renameSync(made.path, `${made.path}-gone`);
  made.clock.ms += 1_000;
  broken.retry();
  made.say("five\n", broken);
  expect(broken.facts.error).toBeUndefined();
  expect(readFileSync(made.path, "utf8")).toBe(
    "[hv] 3 lines lost\n[out] five\n",
  );
  broken.close();
});

test("ServiceLog mends a line that a full disk tore", () => {
  using made = makeLog();
  writeFileSync(made.path, "[out] hal");
  made.say("whole\n");
  expect(readFileSync(made.path, "utf8")).toBe("[out] hal\n[out] whole\n");
});

test("ServiceLog gives three readers every line in order, over rotation", async () => {
  using made = makeLog({ maxBytes: 4_096, keep: 1 });
  const readers = await Promise.all(
    [1, 2, 3].map(() => made.log.read({ name: "x", tail: 0 }, "e")),
  );
  const seen: string[][] = [[], [], []];
  for (let i = 0; i < 100; i++) {
    made.say(numbers(i * 10 + 1, i * 10 + 10).join("\n") + "\n");
    if (i % 3 === 0) made.log.mark("started pid=1");
    for (const [n, reader] of readers.entries()) {
      if (n === 2 && i % 7 > 0) continue; // One comes seldom.
      for (
        let batch = await reader.next();
        batch;
        batch = await reader.next()
      ) {
        expect(batch.missed).toBe(0);
        seen[n]?.push(
          ...batch.lines.filter(({ stream }) => stream === "stdout")
            .map(({ text }) => text),
        );
      }
    }
  }
  expect(seen[0]).toEqual(numbers(1, 1_000));
  expect(seen[1]).toEqual(numbers(1, 1_000));
  const last = (await drain(readers[2] as LogReader)).texts;
  expect([...seen[2] ?? [], ...last].filter((text) => text.startsWith("line")))
    .toEqual(numbers(1, 1_000));
});

test("ServiceLog.read() tells what is kept nowhere any more (B28)", async () => {
  using made = makeLog({ maxBytes: 4_096, keep: 1 });
  made.log.setMemory(200);
  const reader = await made.log.read({ name: "x", tail: 0 }, "e");
  made.say(numbers(1, 2_000).map((line) => `${line}\n`).join(""));
  const { texts, seqs, missed } = await drain(reader);
  expect(missed).toBeGreaterThan(1_000);
  expect(missed + texts.length).toBe(2_000);
  expect(texts).toEqual(numbers(missed + 1, 2_000));
  expect(seqs[0]).toBe(missed + 1);
});
