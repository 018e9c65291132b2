import { test } from "bun:test";
import { assertEquals } from "@std/assert";
import type { LogLine, LogPlace } from "../../server/protocol/service.ts";
import { withTimes } from "./log_port.ts";
import { levelOf, segmentsOf } from "./log_lines.ts";
import {
  appendLines,
  BLOCK_LINES,
  type LogChunk,
  MAX_LINES,
  ServiceLogModel,
} from "./service_log.ts";

function line(seq: number, text = `line ${seq}`, more: Partial<LogLine> = {}) {
  return { seq, stream: "stdout", text, ...more } satisfies LogLine;
}

const mark = (seq: number, text: string) => line(seq, text, { stream: "mark" });

function run(from: number, count: number): LogLine[] {
  return Array.from({ length: count }, (_, i) => line(from + i));
}

/** A log that answers with what is given, and remembers what it was asked. */
function openLog() {
  const asked: (LogPlace | undefined)[] = [];
  let next: () => Promise<LogChunk> = () => Promise.reject(new Error("none"));
  const log = new ServiceLogModel({
    read(since) {
      asked.push(since);
      return next();
    },
  });
  const read = (chunk: Partial<LogChunk> | Error) => {
    next = () =>
      chunk instanceof Error
        ? Promise.reject(chunk)
        : Promise.resolve({ epoch: "a", lines: [], missed: 0, ...chunk });
    return log.read();
  };
  const texts = () =>
    log.blocks.value.flatMap(({ lines }) => lines.map(({ text }) => text));
  return { log, read, asked, texts };
}

test("a log goes on from the last line it has", async () => {
  const { read, asked, texts } = openLog();
  await read({ lines: [line(1), line(2)] });
  await read({ lines: [] });
  await read({ lines: [line(3)] });
  assertEquals(asked, [
    undefined,
    { epoch: "a", seq: 2 },
    { epoch: "a", seq: 2 },
  ]);
  assertEquals(texts(), ["line 1", "line 2", "line 3"]);
});

test("another runner begins anew, and what was left out is said", async () => {
  const { log, read, texts } = openLog();
  await read({ lines: [line(1), line(2)] });
  await read(new Error("Not connected"));
  assertEquals(log.status.value, { kind: "failed", why: "Not connected" });
  assertEquals(texts(), ["line 1", "line 2"]);
  await read({ epoch: "b", lines: [line(9, "anew")], missed: 7 });
  assertEquals(log.status.value, { kind: "live" });
  assertEquals(texts(), [
    "7 lines are left out, too many came at once",
    "anew",
  ]);
});

test("full blocks stay the same, and the oldest go", () => {
  let id = 0;
  const next = () => id++;
  const one = appendLines([], run(0, BLOCK_LINES + 10), next);
  const two = appendLines(one, run(BLOCK_LINES + 10, 5), next);
  assertEquals(two[0], one[0]);
  assertEquals(two[0] === one[0], true);
  assertEquals(two[1]?.id, one[1]?.id);
  assertEquals(two[1]?.lines.length, 15);

  const flooded = appendLines(two, run(1_000, MAX_LINES + 1), next);
  const kept = flooded.flatMap(({ lines }) => lines);
  assertEquals(kept.length <= MAX_LINES, true);
  assertEquals(kept.length > MAX_LINES - BLOCK_LINES, true);
  assertEquals(kept.at(-1)?.seq, 1_000 + MAX_LINES);
});

test("a reader who has scrolled away is told how many lines are new", async () => {
  const { log, read } = openLog();
  await read({ lines: [line(1)] });
  log.pause();
  await read({ lines: [line(2), line(3)] });
  assertEquals([log.isFollowing.value, log.fresh.value], [false, 2]);
  log.follow();
  assertEquals([log.isFollowing.value, log.fresh.value], [true, 0]);
});

test("lines before the last start can be left out, and words filter", async () => {
  const { log, read, texts } = openLog();
  const lines = [
    mark(1, "started pid=1"),
    line(2, "Old"),
    mark(3, "exited code=1"),
    mark(4, "started pid=2"),
    line(5, "new \x1b[31mERR\x1b[0mor"),
  ];
  await read({ lines });
  log.sinceStart.value = true;
  assertEquals(texts().length, 2);
  log.filter.value = " Error ";
  assertEquals([log.matchCount.value, log.lineCount.value], [1, 2]);
  log.sinceStart.value = false;
  assertEquals([log.matchCount.value, log.lineCount.value], [1, 5]);
  log.filter.value = "";
  assertEquals(log.matchCount.value, undefined);
});

test("levels are what a line says at its head", () => {
  assertEquals(levelOf(line(1, "[ERROR] no")), "error");
  assertEquals(levelOf(line(1, '{"level":"warn","msg":"x"}')), "warn");
  assertEquals(levelOf(line(1, '{"level":50,"msg":"x"}')), "error");
  assertEquals(levelOf(line(1, "done, 0 errors")), "plain");
  assertEquals(levelOf(line(1, "terror and errands")), "plain");
  assertEquals(levelOf(line(1, `${" ".repeat(200)}error`)), "plain");
  assertEquals(levelOf(line(1, "hm", { stream: "stderr" })), "stderr");
});

test("neighbours of one level are one text, and marks stand alone", () => {
  const segments = segmentsOf([
    mark(1, "started pid=3 at=2026-11-25T15:17:13.584Z"),
    line(2, "one\x1b[1m!\x1b[0m\x07"),
    line(3, "two"),
    line(4, "warning: x"),
  ], { filter: "", times: true });
  assertEquals(segments, [
    { kind: "mark", text: "started pid=3" },
    { kind: "text", level: "plain", text: "one!\ntwo\n" },
    { kind: "text", level: "warn", text: "warning: x\n" },
  ]);
});

test("lines of the file come first, and those in memory have their times", () => {
  const chunk = (lines: LogLine[], epoch = "a") => ({
    epoch,
    lines,
    missed: 0,
  });
  const whole = chunk([line(-1), line(0), line(1), line(2)]);
  const timed = chunk([line(1, "one", { at: 7 }), line(2), line(3)]);
  const merged = withTimes(whole, timed);
  assertEquals(merged.lines.map(({ seq }) => seq), [-1, 0, 1, 2, 3]);
  assertEquals(merged.lines[2]?.at, 7);
  assertEquals(withTimes(whole, chunk([line(1)], "b")).lines, [line(1)]);
});
