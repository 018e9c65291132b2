/** Several viewers of one terminal: who sees what, whose size it has. */

import { assert, assertEquals, assertLessOrEqual } from "@std/assert";
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

/** In the middle of all that is seen, with somebody stuck and with nobody. */
const MAX_GROWTH_MIB = 2;
/** At any moment: the collectors of two processes move that by some. */
const MAX_PEAK_GROWTH_MIB = 12;
/** Of output, before memory is looked at: buffers and compiled code are there. */
const WARM_BYTES = 200 * 1_048_576;
/** Of output, in each look. They alternate, so that no drift is counted. */
const LOOK_BYTES = 100 * 1_048_576;
const LOOKS = 4;
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
    const free: number[] = [];
    const held: number[] = [];
    for (let n = 0; n < LOOKS; n++) {
      free.push(...await residentDuring(pids, took(LOOK_BYTES)));
      const { screens } = stuck;
      stuck.stall();
      held.push(...await residentDuring(pids, took(LOOK_BYTES)));
      stuck.resume();
      await until(() => stuck.screens > screens, { withinMs: 20_000 });
    }
    assertLessOrEqual(middle(held) - middle(free), MAX_GROWTH_MIB);
    assertLessOrEqual(
      Math.max(...held) - Math.max(...free),
      MAX_PEAK_GROWTH_MIB,
    );
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

function middle(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? NaN;
}

/** What processes hold together until something is over: looks, in MiB. */
async function residentDuring(
  pids: readonly number[],
  isOver: () => boolean,
): Promise<readonly number[]> {
  const samples: number[] = [];
  const timer = setInterval(() => {
    samples.push(pids.reduce((sum, pid) => sum + residentMiB(pid), 0));
  }, SAMPLE_MS);
  await until(isOver, { withinMs: 120_000 });
  clearInterval(timer);
  return samples;
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
