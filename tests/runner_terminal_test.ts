import { expect, test } from "bun:test";
import { TestRunner } from "./harness/runner.ts";
import { until } from "./harness/until.ts";

test("a shell is opened, seen, typed into, sized and ended", async () => {
  await using runner = await TestRunner.start();
  await runner.call("watch", {});
  const { id, state } = await runner.open(["bash", "--norc", "--noprofile"]);
  expect(state.kind).toBe("running");
  using viewer = await runner.attach(id, { size: { cols: 100, rows: 30 } });

  viewer.type("stty size; echo $((6*7)) $TERM\r");
  await viewer.sees("30 100");
  await viewer.sees("42 xterm-256color");
  viewer.resize({ cols: 90, rows: 20 });
  await until(() => viewer.size?.cols === 90);
  viewer.type("stty size\r");
  await viewer.sees("20 90");

  viewer.type("exit 3\r");
  await until(() => viewer.terminal?.state.kind === "exited");
  expect(viewer.terminal?.state).toMatchObject({ code: 3, signal: null });
  await runner.call("close", { terminal: id });
  await until(() => runner.client.pushes.some(({ type }) => type === "gone"));
  expect(await runner.call("watch", {})).toEqual({ terminals: [] });
});
