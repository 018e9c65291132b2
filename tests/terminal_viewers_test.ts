/** Several viewers of one terminal: who sees what, whose size it has. */

import { assert, assertEquals } from "@std/assert";
import { test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type {
  TerminalRecord,
  TerminalSize,
} from "../server/protocol/terminal.ts";
import { residentMiB } from "./harness/memory.ts";
import { TerminalHost } from "./harness/terminal_host.ts";
import type { TestTerminalViewer } from "./harness/terminal_viewer.ts";
import { until } from "./harness/until.ts";

/**
 * The collectors of two processes move what they hold by three mebibytes either
 * way in so short a time, and what is kept for a viewer is a hundred
 * times that if nothing bounds it. `scripts/bench terminal-stalled` measures for a
 * minute each, to two mebibytes.
 */
const MAX_GROWTH_MIB = 6;
const MAX_PEAK_GROWTH_MIB = 12;
/** Of output, before memory is looked at: buffers and compiled code are there. */
const WARM_BYTES = 300 * 1_048_576;
/** Of output while it is looked at, with nobody stuck and with somebody. */
const WATCHED_BYTES = 250 * 1_048_576;
const SAMPLE_MS = 20;
/** Slower than any program prints. */
const SLOW_BYTES_PER_S = 5_000_000;

test(
  "a viewer that does not read costs nothing and holds nobody up",
  async () => {
    await using host = await TerminalHost.start();
    using numbers = numbered();
    const script = 'stty -echo; printf R; read _; while :; do cat "$0"; done';
    const { id } = await host.open(["sh", "-c", script, numbers.file]);
    await using first = await host.view(id);
    await using second = await host.view(id);
    await using stuck = await host.view(id);
    await until(() => first.taken > 0 && second.taken > 0);
    const readers = [verify(first, numbers), verify(second, numbers)];
    first.type("\n");
    const took = (bytes: number) => {
      const goals = [first.taken + bytes, second.taken + bytes] as const;
      return () => first.taken >= goals[0] && second.taken >= goals[1];
    };
    await until(took(WARM_BYTES), { withinMs: 60_000 });
    const pids = [host.hypivisor.pid, await host.runner() ?? 0];
    const before = await heldMiB(pids, took(WATCHED_BYTES));

    stuck.stall();
    const after = await heldMiB(pids, took(WATCHED_BYTES));
    const grown = `Grew from ${JSON.stringify(before)} to ${
      JSON.stringify(after)
    }`;
    assert(after.median - before.median <= MAX_GROWTH_MIB, grown);
    assert(after.most - before.most <= MAX_PEAK_GROWTH_MIB, grown);
    const { screens } = stuck;
    stuck.resume();
    await until(() => stuck.screens > screens || stuck.closed?.reason, {
      withinMs: 20_000,
    });
    for (const reader of readers) assertEquals(reader.wrong, 0);
    assertEquals([first.screens, second.screens], [1, 1]);
  },
  180_000,
);

test(
  "a viewer that neither reads nor speaks is closed with that reason",
  async () => {
    await using host = await TerminalHost.start();
    using numbers = numbered();
    const script = 'while :; do cat "$0"; done';
    const { id } = await host.open(["sh", "-c", script, numbers.file]);
    await using _reader = await host.view(id);
    await using stuck = await host.view(id);
    stuck.stall();
    await until(async () => (await host.find(id))?.viewers.length === 1, {
      withinMs: 40_000,
    });

    stuck.resume();
    const closed = await until(() => stuck.closed);
    assertEquals(closed.code, 4408);
    assert(closed.reason.startsWith("Too slow:"), closed.reason);
  },
  60_000,
);

// The tty's own flow control loses a CR and LF now and then (Linux 6.18).
test("a program that has to wait for its viewer loses no byte", async () => {
  await using host = await TerminalHost.start();
  using numbers = numbered();
  const script = 'stty -echo; printf R; read _; exec cat "$0" "$0" "$0" "$0"';
  const { id } = await host.open(["sh", "-c", script, numbers.file]);
  await using viewer = await host.view(id, { pace: SLOW_BYTES_PER_S });
  await until(() => viewer.taken > 0);
  const goal = viewer.taken + 4 * numbers.printed.length;
  const reader = verify(viewer, numbers);

  viewer.type("\n");
  await until(() => viewer.taken === goal, {
    withinMs: 30_000,
    seen: () => ({ taken: viewer.taken, goal, wrong: reader.wrong }),
  });
  assertEquals([reader.wrong, viewer.screens], [0, 1]);
});

test(
  "a terminal has the size of the viewer that typed last, or claimed it",
  async () => {
    await using host = await TerminalHost.start();
    const { id } = await host.open(["sh"]);
    await using desk = await host.view(id, {
      name: "desk",
      size: { cols: 120, rows: 40 },
    });
    await isSize(host, id, { cols: 120, rows: 40 });
    await using phone = await host.view(id, {
      name: "phone",
      size: { cols: 40, rows: 20 },
    });
    await until(() => phone.size?.cols === 120);

    phone.type("stty size\r");
    await isSize(host, id, { cols: 40, rows: 20 });
    await until(() => desk.size?.cols === 40);
    assertEquals(await holders(host, id), ["phone"]);

    desk.say({ type: "claim" });
    await isSize(host, id, { cols: 120, rows: 40 });
    assertEquals(await holders(host, id), ["desk"]);

    phone.resize({ cols: 30, rows: 10 });
    desk.resize({ cols: 100, rows: 30 });
    await isSize(host, id, { cols: 100, rows: 30 });

    await desk[Symbol.asyncDispose]();
    await isSize(host, id, { cols: 30, rows: 10 });
    const told = await until(async () => {
      const record = await host.find(id);
      return record?.viewers.length === 1 && record;
    });
    assertEquals(told.viewers.map(({ name }) => name), ["phone"]);
  },
);

test("the program is told of a new size before it can print in it", async () => {
  await using host = await TerminalHost.start();
  const { id } = await host.open([
    "sh",
    "-c",
    "while read _; do stty size; done",
  ]);
  await using viewer = await host.view(id, { size: { cols: 80, rows: 24 } });
  let said = "";
  viewer.onBytes = (bytes) => void (said += Buffer.from(bytes).toString());
  for (const cols of [81, 82, 83]) {
    viewer.resize({ cols, rows: 24 });
    viewer.type("\r");
    await until(() => said.includes(`24 ${cols}`), { seen: () => said });
  }
});

test("a viewer that may only look neither types nor resizes", async () => {
  await using host = await TerminalHost.start();
  const { id } = await host.open(["cat"]);
  await using writer = await host.view(id, { size: { cols: 80, rows: 24 } });
  await using reader = await host.view(id, {
    readOnly: true,
    size: { cols: 20, rows: 5 },
  });
  let seen = "";
  reader.onBytes = (bytes) => void (seen += Buffer.from(bytes).toString());

  reader.type("not typed\r");
  await until(() => reader.refusals.length > 0);
  reader.say({ type: "claim" });
  reader.resize({ cols: 30, rows: 9 });
  writer.type("typed\r");
  await until(() => seen.includes("typed\r\ntyped\r\n"), { seen: () => seen });

  assert(!seen.includes("not typed"));
  await isSize(host, id, { cols: 80, rows: 24 });
  const record = await host.find(id);
  assertEquals(
    record?.viewers.map(({ readOnly, hasSize }) => [readOnly, hasSize]),
    [[false, true], [true, false]],
  );
});

interface Numbers {
  readonly file: string;
  /** As a terminal prints it. */
  readonly printed: Buffer;
}

/** A file whose every line is another. */
function numbered(): Numbers & Disposable {
  const folder = mkdtempSync(join(tmpdir(), "hypivisor-test-"));
  const file = join(folder, "numbers");
  const lines = Array.from({ length: 1_000_000 }, (_, n) => `${n}\n`).join("");
  writeFileSync(file, lines);
  return {
    file,
    printed: Buffer.from(lines.replaceAll("\n", "\r\n"), "latin1"),
    [Symbol.dispose]: () => rmSync(folder, { recursive: true }),
  };
}

/** Compares what it sees with the numbers, printed for ever. */
function verify(
  viewer: TestTerminalViewer,
  { printed }: Numbers,
): { wrong: number } {
  const found = { wrong: 0 };
  const from = viewer.taken;
  let next = from;
  viewer.onBytes = (bytes, offset) => {
    if (offset !== next) found.wrong++;
    next = offset + bytes.length;
    for (let n = 0; n < bytes.length;) {
      const at = (offset + n - from) % printed.length;
      const part = bytes.subarray(n, n + printed.length - at);
      if (!printed.subarray(at, at + part.length).equals(part)) found.wrong++;
      n += part.length;
    }
  };
  return found;
}

/** What processes hold together until something is over, in MiB. */
async function heldMiB(
  pids: readonly number[],
  isOver: () => boolean,
): Promise<{ median: number; most: number }> {
  const samples: number[] = [];
  const look = () =>
    void samples.push(pids.reduce((sum, pid) => sum + residentMiB(pid), 0));
  const timer = setInterval(look, SAMPLE_MS);
  await until(isOver, { withinMs: 120_000 });
  clearInterval(timer);
  samples.sort((a, b) => a - b);
  const median = samples[Math.floor(samples.length / 2)] ?? NaN;
  return { median, most: samples.at(-1) ?? NaN };
}

async function isSize(
  host: TerminalHost,
  id: TerminalRecord["id"],
  wanted: TerminalSize,
): Promise<void> {
  let last: TerminalRecord | undefined;
  await until(async () => {
    last = await host.find(id);
    return last?.size.cols === wanted.cols && last.size.rows === wanted.rows;
  }, { seen: () => last });
}

async function holders(
  host: TerminalHost,
  id: TerminalRecord["id"],
): Promise<string[]> {
  const record = await host.find(id);
  return (record?.viewers ?? []).flatMap(({ name, hasSize }) =>
    hasSize ? [name] : []
  );
}
