/** Faults of the original that show only with a real process and socket. */

import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { RunnerClient } from "./harness/runner_client.ts";
import { ServiceStage } from "./harness/services.ts";
import { until } from "./harness/until.ts";

const FOREVER = 'command "sleep" "1000"';

test("B11, B12: a process leads a session of its own, and reads nothing", async () => {
  await using stage = await ServiceStage.start({
    alpha: `command "sh" "-c" "cat; echo end of input; exec sleep 1000"`,
  });
  await until(() => stage.logFile("alpha").includes("[out] end of input\n"));
  const pid = await stage.pid("alpha");
  const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
  const [, , group, session, tty] = stat.slice(stat.lastIndexOf(")") + 2).split(
    " ",
  );
  expect([group, session, tty]).toEqual([String(pid), String(pid), "0"]);
});

test("B25, B39: calls are answered while another takes long and a log is read", async () => {
  await using stage = await ServiceStage.start({
    stubborn:
      `command "sh" "-c" "trap '' TERM; echo up; while :; do sleep 0.2; done"
stop { grace "600ms" }`,
    talker: `command "sh" "-c" "while :; do seq 1 100; sleep 0.01; done"`,
  });
  await until(() => stage.logFile("stubborn").includes("up"));
  await stage.logs({ name: "talker", follow: true });
  const stopping = stage.stop("stubborn");
  for (let i = 0; i < 20; i++) {
    const began = performance.now();
    await stage.runner.call("services_list", {});
    expect(performance.now() - began).toBeLessThan(300);
  }
  expect(await stage.state("stubborn")).toBe("stopping");
  expect((await stopping).stopped).toHaveLength(1);
});

test("a stop that somebody else undoes is answered all the same", async () => {
  await using stage = await ServiceStage.start({
    slow:
      `command "sh" "-c" "trap 'sleep 0.2; exit' TERM; echo up; while :; do sleep 0.05; done"`,
  });
  await until(() => stage.logFile("slow").includes("up"));
  const stopping = stage.stop("slow");
  const starting = stage.start("slow");
  expect((await stopping).stopped).toHaveLength(1);
  expect((await starting).started).toHaveLength(1);
  expect(await stage.state("slow")).toBe("running");
});

test("B34: a follower hears the next process of a service that was changed", async () => {
  await using stage = await ServiceStage.start({
    alpha: `command "sh" "-c" "echo one; exec sleep 1000"`,
  });
  const follower = await stage.logs({ name: "alpha", follow: true });
  await until(() => follower.texts.includes("one"));
  stage.write("alpha", `command "sh" "-c" "echo two; exec sleep 1000"`);
  await stage.reload();
  await until(() => follower.texts.includes("two"));
  expect(follower.lines.map(({ text }) => text.split(" ")[0])).toEqual([
    "started",
    "one",
    "exited",
    "started",
    "two",
  ]);
  stage.remove("alpha");
  await stage.reload();
  await until(() => follower.isOver);
});

test("B49: to stop all of them takes one grace, not one after the other", async () => {
  const names = Array.from({ length: 6 }, (_, i) => `s-${i}`);
  await using stage = await ServiceStage.start(Object.fromEntries(
    names.map((name) => [
      name,
      `command "sh" "-c" "trap '' TERM; echo up; while :; do sleep 0.2; done"
stop { grace "500ms" }`,
    ]),
  ));
  for (const name of names) {
    await until(() => stage.logFile(name).includes("up"));
  }
  const began = performance.now();
  const { stopped } = await stage.runner.call("services_stop", { all: true });
  expect(stopped).toHaveLength(6);
  expect(performance.now() - began).toBeLessThan(1_500);

  await stage.runner.call("services_start", { all: true });
  for (const name of names) {
    await until(() => (stage.logFile(name).match(/up/g)?.length ?? 0) === 2);
  }
  const again = performance.now();
  await stage.runner.call("services_stop", { all: true, now: true });
  expect(performance.now() - again).toBeLessThan(400);
});

test("B57: lists are in the order of names", async () => {
  await using stage = await ServiceStage.start({
    "b-2": FOREVER,
    c: FOREVER,
    a: FOREVER,
  });
  const { services } = await stage.runner.call("services_list", {});
  expect(services.map(({ name }) => String(name))).toEqual(["a", "b-2", "c"]);
  expect((await stage.stop("c", "a", "b-2")).stopped.map(String)).toEqual([
    "a",
    "b-2",
    "c",
  ]);
});

test("B58: what is the daemon's own is not told to services", async () => {
  await using stage = await ServiceStage.start({
    alpha:
      `${FOREVER}\nenv-inherit "ALLOWED_*"\nsecrets { TOKEN "env:SECRET" }`,
    beta: FOREVER,
  });
  await stage.runner.call("services_load", {
    folder: stage.folder,
    env: {
      PATH: process.env.PATH ?? "",
      SECRET: "s3cret",
      ALLOWED_X: "x",
    },
  });
  await stage.restart("alpha", "beta");
  const environment = async (name: string) =>
    readFileSync(`/proc/${await stage.pid(name)}/environ`, "latin1").split(
      "\0",
    );
  expect(await environment("beta")).not.toContain("SECRET=s3cret");
  expect(await environment("beta")).not.toContain("ALLOWED_X=x");
  const alpha = await environment("alpha");
  expect(alpha).toContain("ALLOWED_X=x");
  expect(alpha).toContain("TOKEN=s3cret");
  expect(alpha).not.toContain("SECRET=s3cret");
  expect(JSON.stringify(await stage.status("alpha"))).not.toContain("s3cret");
});

test("watchers are told every change, complete, and what is gone", async () => {
  await using stage = await ServiceStage.start({ alpha: FOREVER });
  await stage.becomes("alpha", "running");
  const client = await RunnerClient.connect(stage.runner.socket);
  const { services } = await client.call("services_watch", {});
  expect(services.map(({ name }) => String(name))).toEqual(["alpha"]);
  await stage.stop("alpha");
  const states = () =>
    client.pushes.flatMap((push) =>
      push.type === "service" ? push.service.state.kind : push.type
    );
  await until(() => states().at(-1) === "stopped");
  stage.remove("alpha");
  stage.write("beta", FOREVER);
  await stage.reload();
  await until(() => states().includes("service_gone"));
  await until(() => states().at(-1) === "running");
  client.close();
});
