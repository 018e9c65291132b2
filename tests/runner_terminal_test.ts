import { expect, test } from "bun:test";
import type {
  TerminalId,
  TerminalRecord,
} from "../server/protocol/terminal.ts";
import { TestRunner } from "./harness/runner.ts";
import type { RunnerViewer } from "./harness/runner_viewer.ts";
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

test("opened twice with one id, it is opened once", async () => {
  await using runner = await TestRunner.start();
  const id = "mine" as TerminalId;
  const first = await runner.open(["cat"], { id });
  const second = await runner.open(["sh", "-c", "exit 9"], { id });

  expect(second).toEqual(first);
  const { terminals } = await runner.call("watch", {});
  expect(terminals.length).toBe(1);
});

test("the size follows who types, and everybody is told whose it is", async () => {
  await using runner = await TestRunner.start();
  const { id } = await runner.open(["sh", "-c", "stty -echo; exec cat"]);
  using desk = await runner.attach(id, {
    name: "desk",
    size: { cols: 120, rows: 40 },
  });
  const phone = await runner.attach(id, {
    name: "phone",
    size: { cols: 40, rows: 20 },
  });
  using reader = await runner.attach(id, {
    name: "reader",
    size: { cols: 10, rows: 10 },
    readOnly: true,
  });
  const holder = (viewer: RunnerViewer) =>
    viewer.terminal?.viewers.find(({ hasSize }) => hasSize)?.name;
  await until(() => reader.terminal?.size.cols === 120);
  expect(holder(reader)).toBe("desk");

  phone.type("x");
  await until(() => desk.size?.cols === 40 && holder(desk) === "phone");
  desk.client.send({ type: "claim" });
  await until(() => phone.size?.cols === 120 && holder(phone) === "desk");
  phone.type("x");
  await until(() => desk.size?.cols === 40);
  phone.leave();
  await until(() => desk.size?.cols === 120 && holder(desk) === "desk");

  for (let time = 0; time < 3; time++) reader.type("not this");
  await until(() => reader.controls.some(({ type }) => type === "refused"));
  desk.type("but this\r");
  await reader.sees("but this");
  expect(reader.text).not.toContain("not this");
  const refusals = reader.controls.filter(({ type }) => type === "refused");
  expect(refusals.length).toBe(1);
});

test("title, bell, folder and status are part of the record", async () => {
  await using runner = await TestRunner.start();
  await runner.call("watch", {});
  const { id } = await runner.open(["sh", "-c", "stty raw -echo; exec cat"]);
  using viewer = await runner.attach(id);
  const record = () =>
    runner.client.pushes
      .flatMap((push) => push.type === "terminal" ? [push.terminal] : [])
      .findLast((one) => one.id === id) as TerminalRecord;

  viewer.type("\x1b]0;t\x07\x07\x1b]7;file://h/a%20b\x07");
  viewer.type("\x1b]7501;state=blocked:app=pi\x1b\\");

  await until(() => record().status !== undefined && record().title === "t");
  expect(record()).toMatchObject({
    title: "t",
    cwd: "/a b",
    status: { state: "blocked", app: "pi" },
  });
  expect(record().bellAt).toBeGreaterThan(Date.now() - 60_000);
  const before = runner.client.pushes.length;
  for (let n = 0; n <= 2_000; n++) viewer.type(`\x1b]0;title ${n}\x07`);
  await until(() => record().title === "title 2000");
  expect(runner.client.pushes.length - before).toBeLessThan(100);

  const named = await runner.call("rename", { terminal: id, name: "build" });
  expect(named.name).toBe("build");
});

test("a transient terminal ends with its last viewer, or by itself", async () => {
  await using runner = await TestRunner.start();
  await runner.call("watch", {});
  const transient = { isTransient: true };
  const lost = await runner.open(["cat"], transient);
  const done = await runner.open(["sh", "-c", "read x; exit 4"], transient);
  const viewer = await runner.attach(lost.id);
  const second = await runner.attach(lost.id);
  using last = await runner.attach(done.id);
  const isGone = (id: TerminalId) =>
    runner.client.pushes.some((push) =>
      push.type === "gone" && push.terminal === id
    );

  viewer.leave();
  await Bun.sleep(200);
  expect(isGone(lost.id)).toBe(false);
  second.client.close();
  await until(() => isGone(lost.id));

  last.type("\r");
  await until(() => last.terminal?.state.kind === "exited");
  expect(last.terminal?.state).toMatchObject({ code: 4 });
  last.leave();
  await until(() => isGone(done.id));
});

test("tail() gives the last lines as text, type() types", async () => {
  await using runner = await TestRunner.start();
  const shell = ["bash", "--norc", "--noprofile"];
  const env = { PATH: process.env.PATH ?? "", PS1: "" };
  const { id } = await runner.open(shell, { env });
  await runner.call("type", {
    terminal: id,
    text: "stty -echo; seq 5000; printf '\\e[31mgrün\\e[m 界\\n'\r",
  });
  const tail = async (lines: number) =>
    (await runner.call("tail", { terminal: id, lines })).text;
  await until(async () => (await tail(1)) === "grün 界");

  expect(await tail(3)).toBe("4999\n5000\ngrün 界");
  expect((await tail(10_000)).split("\n").length).toBeGreaterThan(3_000);
  expect(await tail(0)).toBe("");
});

test("output of a program that ends at once is complete", async () => {
  await using runner = await TestRunner.start();
  for (let round = 0; round < 30; round++) {
    const { id } = await runner.open(["sh", "-c", "seq 20000; exit 1"]);
    using viewer = await runner.attach(id);
    await until(() => viewer.terminal?.state.kind === "exited");
    expect(viewer.text.endsWith("19999\r\n20000\r\n")).toBe(true);
    await runner.call("close", { terminal: id });
  }
}, 20_000);
