/** What a killed runner leaves, and what the next one does with it. */

import { expect, test } from "bun:test";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  type ChildRecord,
  ChildRecords,
} from "../server/runner/child_record.ts";
import { withEnvironment } from "./harness/processes.ts";
import { TestRunner } from "./harness/runner.ts";
import { until } from "./harness/until.ts";

/** One that stays in its session, and one that has left it. */
const STAYS = `trap '' HUP; (setsid sh -c 'while :; do sleep 8; done' &)
(trap '' HUP; while :; do sleep 8; done) &
echo started; while :; do sleep 8; done`;

function records(runner: TestRunner): ChildRecord[] {
  return new ChildRecords(runner.dataDir).readAll();
}

test("the runner after a killed one ends what that has left", async () => {
  await using runner = await TestRunner.start();
  const opened = [
    await runner.open(["sh", "-c", STAYS]),
    await runner.open(["sh", "-c", STAYS], { mayWait: false, kind: "agent" }),
  ];
  for (const { id } of opened) {
    using viewer = await runner.attach(id);
    await viewer.sees("started");
  }
  const mark = `HOME=${runner.dataDir}`;
  await until(() => withEnvironment(mark).length >= 12);

  await runner.kill();
  expect(withEnvironment(mark).length).toBeGreaterThan(0);
  await runner.start();

  expect(withEnvironment(mark)).toEqual([]);
  expect(records(runner)).toEqual([]);
  expect(await runner.call("watch", {})).toEqual({ terminals: [] });
});

test("a record of another boot, of a pid used again, or broken ends nobody", async () => {
  await using runner = await TestRunner.start();
  await runner.kill();
  // A bystander whose pid the records name, in a session of its own.
  const bystander = Bun.spawn(["setsid", "sleep", "60"]);
  await using _ = {
    async [Symbol.asyncDispose]() {
      bystander.kill("SIGKILL");
      await bystander.exited;
    },
  };
  const { pid } = bystander;
  const bootId = (await Bun.file("/proc/sys/kernel/random/boot_id").text())
    .trim();
  const lines = [
    { terminal: "a", bootId: "of another boot", pid, startedAt: "1" },
    { terminal: "b", bootId, pid, startedAt: "1" },
  ].map((record, n) => JSON.stringify({ child: n + 1, record }));
  writeFileSync(
    join(runner.dataDir, "children.jsonl"),
    [...lines, "{"].join("\n"),
  );

  await runner.start();

  expect(records(runner)).toEqual([]);
  expect(bystander.exitCode).toBeNull();
  expect(bystander.killed).toBe(false);
});

test("a killed runner's socket is replaced, a living one's is not", async () => {
  await using runner = await TestRunner.start();
  await runner.kill();
  expect(existsSync(runner.socket)).toBe(true);
  await runner.start();

  await expect(TestRunner.start({ dataDir: runner.dataDir }))
    .rejects.toThrow("another one is running");
  await until(() => runner.client !== undefined);
  expect(await runner.call("watch", {})).toEqual({ terminals: [] });
});
