/** How a runner's output reaches its viewers: exactly, and at their pace. */

import { expect, test } from "bun:test";
import { residentMiB } from "./harness/memory.ts";
import { Pattern, PatternCheck, READY } from "./harness/pattern.ts";
import { TestRunner } from "./harness/runner.ts";
import { screenOf, textOf } from "./harness/runner_screen.ts";
import type { RunnerViewer } from "./harness/runner_viewer.ts";
import { screenDifference } from "./harness/screen_difference.ts";
import { until } from "./harness/until.ts";

const MIB = 1024 * 1024;

function isOver(viewer: RunnerViewer): boolean {
  return viewer.terminal?.state.kind === "exited";
}

async function follow(
  viewer: RunnerViewer,
  pattern: Pattern,
): Promise<PatternCheck> {
  await until(() => viewer.offset === READY.length);
  const check = new PatternCheck(pattern);
  check.follow(viewer);
  return check;
}

async function flood(runner: TestRunner, pattern: Pattern): Promise<void> {
  const { id } = await runner.open(pattern.program);
  using reader = await runner.attach(id);
  await follow(reader, pattern);
  reader.type("\r");
  await until(() => isOver(reader), { withinMs: 60_000 });
}

test("several viewers see every byte", async () => {
  using pattern = new Pattern(32 * MIB);
  await using runner = await TestRunner.start();
  const { id } = await runner.open(pattern.program);
  using one = await runner.attach(id);
  using two = await runner.attach(id);
  using reader = await runner.attach(id, { readOnly: true });
  const viewers = [one, two, reader];
  const checks = await Promise.all(
    viewers.map((viewer) => follow(viewer, pattern)),
  );

  one.type("\r");
  await until(() => viewers.every(isOver), { withinMs: 60_000 });

  for (const check of checks) {
    expect([check.offset, check.wrongAt]).toEqual([32 * MIB, undefined]);
  }
}, 90_000);

test("a program held again and again loses no line's end", async () => {
  using pattern = new Pattern(64 * MIB, true);
  await using runner = await TestRunner.start();
  const { id } = await runner.open(pattern.program);
  using viewer = await runner.attach(id);
  const check = await follow(viewer, pattern);
  // Slower than it prints: the window is full most of the time.
  viewer.acks = false;
  const acks = setInterval(() => viewer.ack(), 1);

  viewer.type("\r");
  await until(() => isOver(viewer), { withinMs: 60_000 });
  clearInterval(acks);

  expect([check.offset, check.wrongAt]).toEqual([64 * MIB, undefined]);
}, 90_000);

test("a connection lost again and again in a flood costs no byte", async () => {
  using pattern = new Pattern(48 * MIB);
  await using runner = await TestRunner.start();
  const { id } = await runner.open(pattern.program);
  let viewer = await runner.attach(id);
  const check = await follow(viewer, pattern);
  viewer.type("\r");
  for (let cut = 1; cut <= 20; cut++) {
    await until(() => check.offset > cut * 2 * MIB, { withinMs: 30_000 });
    // As when the daemon is killed: no word, and nobody there for a while.
    viewer.onBytes = undefined;
    viewer.client.close();
    await Bun.sleep(cut * 5);
    const { stream } = viewer;
    const offset = READY.length + check.offset;
    viewer = await runner.attach(
      id,
      { place: { stream, offset } },
      (viewer) => check.follow(viewer),
    );
    await until(() => viewer.controls.some(({ type }) => type === "resumed"));
  }
  await until(() => isOver(viewer), { withinMs: 60_000 });

  expect([check.offset, check.wrongAt]).toEqual([48 * MIB, undefined]);
  expect(viewer.screens).toBe(0);
  viewer.leave();
}, 120_000);

test("a place that is gone, and one of another stream, give a screen", async () => {
  await using runner = await TestRunner.start();
  const { id } = await runner.open(["sh", "-c", "seq 300000; read x"]);
  using first = await runner.attach(id);
  await first.sees("300000");
  const { stream } = first;

  for (
    const place of [
      { stream, offset: 5 },
      { stream, offset: first.offset + 1 },
      { stream: "another", offset: first.offset },
    ]
  ) {
    using viewer = await runner.attach(id, { place });
    await until(() => viewer.screens === 1);
    expect(viewer.offset).toBe(first.offset);
    await until(async () => textOf(await screenOf(viewer)).includes("300000"));
  }
  using resumed = await runner.attach(id, {
    place: { stream, offset: first.offset - 100 },
  });
  await resumed.sees("300000");
  expect(resumed.screens).toBe(0);
});

test(
  "a stuck viewer holds nobody up, and is shown a fresh screen later",
  async () => {
    using pattern = new Pattern(128 * MIB);
    await using runner = await TestRunner.start();
    // What any flood costs, nobody stuck.
    await flood(runner, pattern);
    const { id } = await runner.open(pattern.program);
    using reader = await runner.attach(id);
    using stuck = await runner.attach(id);
    const [check] = await Promise.all([
      follow(reader, pattern),
      follow(stuck, pattern),
    ]);
    stuck.client.setPaused(true);
    const before = residentMiB(runner.pid);

    reader.type("\r");
    await until(() => isOver(reader), { withinMs: 60_000 });
    const grown = residentMiB(runner.pid) - before;

    expect([check.offset, check.wrongAt]).toEqual([128 * MIB, undefined]);
    expect(grown).toBeLessThan(16);
    stuck.keeps = true;
    stuck.client.setPaused(false);
    await until(
      () => stuck.screens === 2 && stuck.isPainted && isOver(stuck),
      { seen: () => [stuck.screens, stuck.isPainted, stuck.offset] },
    );
    using fresh = await runner.attach(id);
    await until(() => fresh.isPainted && fresh.offset === stuck.offset);
    const [wanted, found] = [await screenOf(fresh), await screenOf(stuck)];
    expect(screenDifference(wanted, found)).toBeUndefined();
    expect(textOf(found)).toContain("-----");
  },
  90_000,
);

test("the only viewer stuck: the program waits, but not for ever", async () => {
  using pattern = new Pattern(8 * MIB);
  await using runner = await TestRunner.start();
  const { id } = await runner.open(pattern.program);
  using viewer = await runner.attach(id);
  await follow(viewer, pattern);
  viewer.acks = false;

  viewer.type("\r");
  await until(() => viewer.offset > 200_000);
  await Bun.sleep(500);

  expect(viewer.offset).toBeLessThanOrEqual(256 * 1024 + 1);
  const [record] = (await runner.call("watch", {})).terminals;
  expect(record?.state.kind).toBe("running");
  await until(
    () =>
      runner.client.pushes.some((push) =>
        push.type === "terminal" && push.terminal.state.kind === "exited"
      ),
    { withinMs: 20_000 },
  );
  viewer.acks = true;
  viewer.ack();
  await until(() => viewer.screens === 2 && isOver(viewer));
}, 40_000);

test("an agent never waits for its viewers", async () => {
  using pattern = new Pattern(16 * MIB);
  await using runner = await TestRunner.start();
  const { id } = await runner.open(pattern.program, {
    kind: "agent",
    mayWait: false,
  });
  using viewer = await runner.attach(id);
  await follow(viewer, pattern);
  viewer.acks = false;
  await runner.call("watch", {});

  viewer.type("\r");
  await until(
    () =>
      runner.client.pushes.some((push) =>
        push.type === "terminal" && push.terminal.state.kind === "exited"
      ),
    { withinMs: 8_000 },
  );

  expect(viewer.offset).toBeLessThanOrEqual(256 * 1024 + 1);
}, 20_000);

test(
  "a paste of a mebibyte arrives whole, and one of four as well",
  async () => {
    await using runner = await TestRunner.start();
    for (const size of [MIB, 4 * MIB]) {
      const { id } = await runner.open([
        "sh",
        "-c",
        `stty raw -echo; printf R; head -c ${size} | sha256sum`,
      ]);
      using viewer = await runner.attach(id);
      await viewer.sees("R");
      const paste = Buffer.from(
        Array.from(
          { length: size },
          (_, at) => 33 + (at * 7 + (at >> 10)) % 90,
        ),
      );

      viewer.client.sendBytes(paste);
      const sum = new Bun.CryptoHasher("sha256").update(paste).digest("hex");
      await viewer.sees(sum, 20_000);
      await runner.call("close", { terminal: id });
    }
  },
  60_000,
);

test("^C in a flood read at ten mebibytes a second is answered at once", async () => {
  await using runner = await TestRunner.start();
  const { id } = await runner.open(["bash", "--norc", "--noprofile"], {
    env: { PATH: process.env.PATH ?? "", PS1: "PROMPT> " },
  });
  using viewer = await runner.attach(id);
  await viewer.sees("PROMPT> ");
  viewer.keeps = false;
  viewer.acks = false;
  const startedAt = performance.now();
  const first = viewer.offset;
  let read = first;
  const pace = setInterval(() => {
    const may = first + (performance.now() - startedAt) / 1_000 * 10 * MIB;
    read = Math.floor(Math.min(may, viewer.offset));
    viewer.client.send({ type: "ack", offset: read });
  }, 2);
  let tail = "";
  viewer.onBytes = (bytes) => {
    tail = (tail + Buffer.from(bytes.subarray(-100)).toString()).slice(-100);
  };
  viewer.type("yes 'a line of a flood'\r");
  await until(() => viewer.offset > 4 * MIB);

  const pressedAt = performance.now();
  viewer.type("\x03");
  await until(() => tail.endsWith("PROMPT> ") && read === viewer.offset);
  clearInterval(pace);

  // 60 ms on a quiet machine; what is tested is that nothing piles up.
  expect(performance.now() - pressedAt).toBeLessThan(500);
});
