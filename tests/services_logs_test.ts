import { expect, test } from "bun:test";
import { readdirSync, statSync } from "node:fs";
import { residentMiB } from "./harness/memory.ts";
import { RunnerClient } from "./harness/runner_client.ts";
import { LogFollower, ServiceStage } from "./harness/services.ts";
import { until } from "./harness/until.ts";

const numbers = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, i) => String(from + i));

test("logs of a service: the last lines, and a first one within 2 s (1.9)", async () => {
  await using stage = await ServiceStage.start({
    alpha:
      `command "sh" "-c" "echo ready; echo oops >&2; sleep 0.5; echo later; exec sleep 1000"`,
  });
  await until(() => stage.logFile("alpha").includes("oops"));
  const tail = await stage.lines({ name: "alpha", tail: 10 });
  expect(tail.toSorted()).toEqual(["oops", "ready"]);
  const follower = await stage.logs({ name: "alpha", follow: true });
  await until(() => follower.texts.includes("ready"), { withinMs: 2_000 });
  await until(() => follower.texts.includes("later"));
  expect(stage.logFile("alpha")).toMatch(
    /^\[hv\] started pid=\d+ at=\S+\n(\[out\] ready\n\[err\] oops|\[err\] oops\n\[out\] ready)\n\[out\] later\n$/,
  );
  expect(follower.isOver).toBe(false);
});

test("a child may open /dev/stdout and /dev/stderr again", async () => {
  await using stage = await ServiceStage.start({
    alpha:
      `command "sh" "-c" "echo a > /dev/stdout; echo b > /dev/stderr"\nrestart { policy "never" }`,
  });
  await stage.becomes("alpha", (one) => one.lastExit !== undefined);
  expect((await stage.lines({ name: "alpha" })).toSorted()).toEqual(["a", "b"]);
  expect(stage.logFile("alpha")).toMatch(/exited code=0 at=\S+\n$/);
});

test("who reads a log is answered before its lines come (B26)", async () => {
  await using stage = await ServiceStage.start({
    alpha: `command "sh" "-c" "seq 1 1000; exec sleep 1000"`,
  });
  await until(() => stage.logFile("alpha").includes("\n[out] 1000\n"));
  const { heard } = stage.client;
  const before = heard.length;
  await stage.logs({ name: "alpha", follow: true });
  await until(() => heard.length > before + 1);
  expect(heard.slice(before, before + 2)).toEqual(["reply", "log"]);
});

test(
  "8: two followers and a stuck third, over rotation and restart (9.6)",
  async () => {
    await using stage = await ServiceStage.start({
      talker:
        `command "sh" "-c" "for i in $(seq 1 20000); do echo $i; done; exit 1"
restart { policy "never" }
autostart #false
log { max-size "64KiB"; keep 20 }`,
    });
    const clients = await Promise.all(
      [1, 2, 3].map(() => RunnerClient.connect(stage.runner.socket)),
    );
    const [one, two, stuck] = await Promise.all(clients.map(async (client) => {
      const { subscription } = await client.call("services_log", {
        name: "talker",
        tail: 0,
        follow: true,
      });
      return new LogFollower(client, subscription);
    }));
    clients[2]?.setPaused(true);
    for (let round = 0; round < 2; round++) {
      await stage.start("talker");
      await stage.becomes("talker", "stopped");
    }
    const all = [...numbers(1, 20_000), ...numbers(1, 20_000)];
    expect(readdirSync(`${stage.dir}/data/logs/services`).length)
      .toBeGreaterThan(5);
    clients[2]?.setPaused(false);
    for (const follower of [one, two, stuck]) {
      if (!follower) throw new Error("Not opened");
      await until(() => follower.texts.length + follower.missed >= all.length, {
        seen: () => follower.texts.length,
      });
      expect(follower.missed).toBe(0);
      expect(follower.texts).toEqual(all);
      const seqs = follower.lines.map(({ seq }) => seq);
      expect(seqs).toEqual(seqs.map((_, i) => (seqs[0] ?? 0) + i));
    }
    for (const client of clients) client.close();
  },
  30_000,
);

test(
  "9: binary output, a line of 100 MB, 10^7 empty lines: memory stays (9.6)",
  async () => {
    await using stage = await ServiceStage.start({
      binary:
        `command "sh" "-c" "head -c 20000000 /dev/urandom"\nrestart { policy "never" }\nautostart #false`,
      long:
        `command "sh" "-c" "head -c 100000000 /dev/zero | tr '\\\\0' x"\nrestart { policy "never" }\nautostart #false`,
      empty:
        `command "sh" "-c" "yes '' | head -n 10000000"\nrestart { policy "never" }\nautostart #false`,
    });
    const { pid } = stage.runner;
    const before = residentMiB(pid);
    let most = 0;
    for (const name of ["binary", "long", "empty"]) {
      await stage.start(name);
      await stage.becomes(name, (one) => {
        most = Math.max(most, residentMiB(pid));
        return one.state.kind === "stopped";
      }, 30_000);
    }
    expect(most - before).toBeLessThan(100);
    const { log } = await stage.status("empty");
    expect(log).toMatchObject({ lines: 10_000_002, lostLines: 0 });
    const [first = ""] = await stage.lines({ name: "long", tail: 1 });
    expect(first.length).toBeLessThan(70_000);
    // What is no text is shown, and has ended nothing (B29).
    expect((await stage.lines({ name: "binary", tail: 5 })).length).toBe(4);
  },
  60_000,
);

test(
  "10: a full disk costs lines, which are counted, and nothing else (9.6)",
  async () => {
    await using stage = await ServiceStage.start({
      talker:
        `command "sh" "-c" "while :; do seq 1 2000; sleep 0.05; done"\nautostart #false`,
    });
    const logs = stage.path("data/logs/services");
    const mounted = Bun.spawnSync(
      ["mount", "-t", "tmpfs", "-o", "size=64k,mode=700", "tmpfs", logs],
    );
    expect(mounted.exitCode, "needs root, to mount a small disk").toBe(0);
    try {
      await stage.start("talker");
      const broken = await stage.becomes(
        "talker",
        ({ log }) => log.lostLines > 0,
      );
      expect(broken.log.error).toContain("ENOSPC");
      expect(broken.state.kind).toBe("running");
      // Memory has what the disk has not.
      const follower = await stage.logs({
        name: "talker",
        tail: 0,
        follow: true,
      });
      await until(() => follower.texts.length > 4_000);
      Bun.spawnSync(["mount", "-o", "remount,size=100m", logs]);
      await stage.becomes("talker", ({ log }) => log.error === undefined);
      await until(() => /\[hv\] \d+ lines lost/.test(stage.logFile("talker")));
      await stage.stop("talker");
    } finally {
      Bun.spawnSync(["umount", "-l", logs]);
    }
  },
  30_000,
);

test("17: a reader that goes away ends nothing but itself (9.6)", async () => {
  await using stage = await ServiceStage.start({
    talker: `command "sh" "-c" "while :; do seq 1 1000; sleep 0.01; done"`,
  });
  for (let i = 0; i < 5; i++) {
    const client = await RunnerClient.connect(stage.runner.socket);
    await client.call("services_log", { name: "talker", follow: true });
    await until(() => client.pushes.length > 0);
    client.close(); // As `logs -f | head` does.
  }
  const follower = await stage.logs({ name: "talker", tail: 0, follow: true });
  await until(() => follower.texts.length > 1_000);
  expect(await stage.state("talker")).toBe("running");
});

test("a cancelled reader hears no more; an unknown number is no fault (B38)", async () => {
  await using stage = await ServiceStage.start({
    talker: `command "sh" "-c" "while :; do echo x; sleep 0.01; done"`,
  });
  const { client } = stage;
  const { subscription } = await client.call("services_log", {
    name: "talker",
    follow: true,
  });
  const follower = new LogFollower(client, subscription);
  await until(() => follower.lines.length > 3);
  await client.call("services_log_cancel", { subscription });
  const heard = follower.lines.length;
  const other = await stage.logs({ name: "talker", tail: 0, follow: true });
  await until(() => other.lines.length > 5);
  expect(follower.lines.length).toBe(heard);
  expect(await client.call("services_log_cancel", { subscription: 99 }))
    .toEqual({});
});

test("logs are this user's alone, and outlive the runner (B33, B37)", async () => {
  await using stage = await ServiceStage.start({
    alpha: `command "sh" "-c" "echo before; exec sleep 1000"`,
  });
  await until(() => stage.logFile("alpha").includes("before"));
  const dir = `${stage.dir}/data/logs/services`;
  expect(statSync(dir).mode & 0o777).toBe(0o700);
  expect(statSync(`${dir}/alpha.log`).mode & 0o777).toBe(0o600);

  await stage.runner.stop();
  await stage.startRunner();
  await stage.load();
  await stage.becomes("alpha", "running");
  await until(() => stage.logFile("alpha").match(/before/g)?.length === 2);
  expect(await stage.lines({ name: "alpha", tail: 10 })).toEqual([
    "before",
    "before",
  ]);
});

test("a flood of one service starves nobody", async () => {
  await using stage = await ServiceStage.start({
    flood: 'command "yes"\nlog { max-size "1MiB"; keep 1 }',
    quiet: `command "sh" "-c" "while :; do echo tick; sleep 0.02; done"`,
  });
  await stage.becomes("flood", ({ log }) => log.lines > 100_000);
  const follower = await stage.logs({ name: "quiet", tail: 0, follow: true });
  const waits: number[] = [];
  await until(async () => {
    const began = performance.now();
    await stage.runner.call("services_list", {});
    waits.push(performance.now() - began);
    return waits.length >= 50;
  }, { withinMs: 30_000 });
  expect(waits.sort((a, b) => a - b)[25]).toBeLessThan(100);
  await until(() => follower.texts.length > 20);
  const began = performance.now();
  await stage.stop("flood");
  expect(performance.now() - began).toBeLessThan(2_000);
  expect(residentMiB(stage.runner.pid)).toBeLessThan(250);
});
