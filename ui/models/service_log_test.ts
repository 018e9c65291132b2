import { test } from "bun:test";
import { assertEquals } from "@std/assert";
import type { LogLine, LogPlace } from "../../server/protocol/service.ts";
import { bareText, levelOf, segmentsOf } from "./log_lines.ts";
import {
  appendLines,
  BLOCK_LINES,
  type LogChunk,
  type LogListener,
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
  let epoch = "a";
  let heard: LogListener | undefined;
  const log = new ServiceLogModel({
    read(since) {
      asked.push(since);
      return next();
    },
    follow(_since, listener) {
      heard = listener;
      return Promise.resolve({ epoch, stop: () => heard = undefined });
    },
  });
  const begin = (chunk: Partial<LogChunk> | Error) => {
    if (!(chunk instanceof Error)) epoch = chunk.epoch ?? "a";
    next = () =>
      chunk instanceof Error
        ? Promise.reject(chunk)
        : Promise.resolve({ epoch, lines: [], missed: 0, ...chunk });
    return log.keepUp();
  };
  const texts = () =>
    log.blocks.value.flatMap(({ lines }) => lines.map(({ text }) => text));
  return {
    log,
    begin,
    asked,
    texts,
    push: (...lines: LogLine[]) => heard?.lines(lines),
    end: (why?: string) => heard?.end(why),
    isHeard: () => heard !== undefined,
  };
}

test("a log is read once, followed, and goes on from its last line", async () => {
  const { log, begin, asked, texts, push, end } = openLog();
  await begin({ lines: [line(-1), line(0)] });
  assertEquals(log.status.value, { kind: "live" });
  push(line(1), line(2));
  await begin({ lines: [line(9)] });
  assertEquals(asked, [undefined]);
  end("The runner is gone");
  assertEquals(log.status.value, {
    kind: "failed",
    why: "The runner is gone",
  });
  await begin({ lines: [line(3)] });
  assertEquals(asked, [undefined, { epoch: "a", seq: 2 }]);
  assertEquals(texts(), ["line -1", "line 0", "line 1", "line 2", "line 3"]);
});

test("numbers that are missing are told where they are missing", async () => {
  const { begin, texts, push } = openLog();
  await begin({ lines: [line(1), line(2)] });
  push(line(4), line(5));
  push(line(1_240));
  assertEquals(texts(), [
    "line 1",
    "line 2",
    "1 line is missing here",
    "line 4",
    "line 5",
    "1,234 lines are missing here",
    "line 1240",
  ]);
});

test("another runner begins anew, and what was left out is said", async () => {
  const { log, begin, texts, end } = openLog();
  await begin({ lines: [line(1), line(2)] });
  end("The runner is gone");
  await begin(new Error("Not connected"));
  assertEquals(log.status.value, { kind: "failed", why: "Not connected" });
  assertEquals(texts(), ["line 1", "line 2"]);
  await begin({ epoch: "b", lines: [line(9, "anew")], missed: 7 });
  assertEquals(log.status.value, { kind: "live" });
  assertEquals(texts(), ["7 lines are missing here", "anew"]);
});

test("a log at rest hears nothing, and one at its end is not asked again", async () => {
  const { log, begin, asked, end, isHeard } = openLog();
  const late = begin({ lines: [line(1)] });
  log.rest();
  await late;
  assertEquals([isHeard(), asked.length], [false, 1]);
  await begin({ lines: [line(1)] });
  assertEquals(isHeard(), true);
  end();
  await begin({});
  assertEquals([log.status.value.kind, asked.length], ["live", 2]);
  log.rest();
  await begin({});
  assertEquals(asked.length, 3);
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
  const { log, begin, push } = openLog();
  await begin({ lines: [line(1)] });
  log.pause();
  push(line(2), line(3));
  assertEquals([log.isFollowing.value, log.fresh.value], [false, 2]);
  log.follow();
  assertEquals([log.isFollowing.value, log.fresh.value], [true, 0]);
});

test("lines before the last start can be left out, and words filter", async () => {
  const { log, begin, texts } = openLog();
  const lines = [
    mark(1, "started pid=1"),
    line(2, "Old"),
    mark(3, "exited code=1"),
    mark(4, "started pid=2"),
    line(5, "new \x1b[31mERR\x1b[0mor"),
  ];
  await begin({ lines });
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
  const levelAt = (text: string) => levelOf("stdout", bareText(text));
  assertEquals(levelAt("[ERROR] no"), "error");
  assertEquals(levelAt('{"level":"warn","msg":"x"}'), "warn");
  assertEquals(levelAt('{"level":50,"msg":"x"}'), "error");
  assertEquals(levelAt("done, 0 errors"), "plain");
  assertEquals(levelAt("terror and errands"), "plain");
  assertEquals(levelAt(`${" ".repeat(200)}error`), "plain");
  assertEquals(levelAt("12:00 \x1b[1;31mERROR\x1b[0m boom"), "error");
  assertEquals(levelAt("\x1b[33mWARN\x1b[0m hm"), "warn");
  assertEquals(levelOf("stderr", "hm"), "stderr");
});

test("of a line that was written over, the last is shown", () => {
  assertEquals(bareText("10%\r50%\r100%"), "100%");
  assertEquals(bareText("done\r"), "done");
  assertEquals(bareText("a\r\r"), "a");
});

test("a reader who left the end keeps what is read when it is pushed out", async () => {
  const { log, begin, push } = openLog();
  await begin({ lines: run(1, MAX_LINES) });
  const shown = () => log.blocks.value[0]?.lines[0]?.seq;
  log.pause();
  push(...run(MAX_LINES + 1, 1000));
  assertEquals([shown(), log.lines()[0]?.seq], [1, 1001]);
  push(...run(MAX_LINES + 1001, 1000));
  assertEquals([shown(), log.lines()[0]?.seq], [1, 2001]);
  assertEquals(log.fresh.value, 2000);
  log.follow();
  assertEquals(shown(), 2001);
});

test("a log of the same name after its service was gone begins anew", async () => {
  const { log, begin, asked } = openLog();
  await begin({ lines: run(1, 100) });
  log.rest();
  log.forget();
  assertEquals(log.lines(), []);
  await begin({ lines: run(1, 3) });
  assertEquals(asked.at(-1), undefined);
  assertEquals(log.lines().map(({ seq }) => seq), [1, 2, 3]);
});

test("neighbours of one level are one text, and marks stand alone", () => {
  const segments = segmentsOf([
    mark(1, "started pid=3 at=2026-11-25T15:17:13.584Z"),
    line(2, "one\x1b[1m!\x1b[0m\x07"),
    line(3, "two"),
    line(4, "warning: x"),
  ], { filter: "", times: true });
  assertEquals(segments, [
    { kind: "mark", tone: "plain", text: "Started, pid 3" },
    { kind: "text", level: "plain", text: "one!\ntwo\n" },
    { kind: "text", level: "warn", text: "warning: x\n" },
  ]);
});
