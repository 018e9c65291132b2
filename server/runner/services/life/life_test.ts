import { expect, test } from "bun:test";
import { rulesOf, Stage } from "../../../../tests/harness/life_stage.ts";
import type { ServiceName } from "../../../protocol/service.ts";

test("Life goes the way of the original's table", () => {
  const stage = new Stage();
  expect(stage.state).toBe("stopped");
  stage.life.start("person", stage.now);
  expect(stage.state).toBe("starting");
  stage.spawned();
  expect(stage.state).toBe("running");
  stage.life.stop("asked", stage.now);
  expect(stage.state).toBe("stopping");
  stage.exit(0);
  expect(stage.state).toBe("stopping");
  stage.emptied();
  expect(stage.state).toBe("stopped");
});

test("Life.restart() passes by every state in between", () => {
  const stage = new Stage();
  stage.up();
  stage.life.restart(stage.now);
  stage.emptied();
  stage.spawned();
  expect(stage.life.transitions.slice(2).map(({ to }) => to)).toEqual([
    "restarting",
    "stopping",
    "stopped",
    "starting",
    "running",
  ]);
});

test("Life tells whoever asked that it cannot be started (B2)", () => {
  const stage = new Stage();
  stage.life.start("person", stage.now);
  const failure = { kind: "spawn_failed", message: "ENOENT" } as const;
  stage.life.startFailed(stage.run, failure, stage.now);
  expect(stage.state).toBe("failed");
  expect(stage.life.failure).toEqual(failure);
});

test("Life serves every call in every state", () => {
  const ways: ((stage: Stage) => void)[] = [
    () => {},
    (stage) => stage.life.start("boot", stage.now, ["db" as ServiceName]),
    (stage) => stage.life.start("person", stage.now),
    (stage) => stage.up(),
    (stage) => (stage.up(), stage.life.stop("asked", stage.now)),
    (stage) => (stage.up(), stage.life.restart(stage.now)),
    (stage) => (stage.up(), stage.exit(1)),
    (stage) => (stage.up(), stage.exit(1, false)),
    (stage) => (stage.up(), stage.exit(0, false)),
    (stage) => (stage.up(), stage.dieUntilFailed()),
  ];
  for (const way of ways) {
    const up = new Stage();
    way(up);
    up.life.start("person", up.now);
    up.emptied();
    up.life.unblock("db" as ServiceName, up.now);
    up.spawned();
    expect(up.state).toBe("running");

    const down = new Stage();
    way(down);
    down.life.stop("asked", down.now);
    down.emptied();
    expect(down.state).toBe("stopped");
    expect(down.life.facts(down.now).desired).toBe("down");
  }
});

test("Life starts again only when nothing is left of the last run (B10)", () => {
  const stage = new Stage();
  stage.up();
  stage.exit(1, false);
  expect(stage.state).toBe("restarting");
  expect(stage.asked).toEqual(["spawn", "end"]);
  stage.nowMs += 5_000;
  stage.life.tick(stage.now);
  expect(stage.asked).toEqual(["spawn", "end"]);
  stage.emptied();
  expect(stage.asked).toEqual(["spawn", "end", "spawn"]);
});

test("Life kills on the second stop (B50)", () => {
  const stage = new Stage();
  stage.up();
  stage.life.stop("asked", stage.now);
  stage.life.stop("asked", stage.now);
  expect(stage.asked).toEqual(["spawn", "end", "kill"]);
});

test("Life is deaf to late news of an old run", () => {
  const stage = new Stage();
  stage.up();
  const old = stage.run;
  stage.life.restart(stage.now);
  stage.emptied();
  stage.spawned();
  const { now } = stage;
  stage.life.exited(old, { at: 0, code: 1 }, { now, isEmpty: true });
  stage.life.emptied(old, now);
  stage.life.startFailed(old, { kind: "spawn_failed", message: "" }, now);
  stage.life.giveUpOn(old, { kind: "not_ready", message: "" }, now);
  stage.life.ready(old, now);
  expect(stage.state).toBe("running");
});

test("Life gives up on what is not ready in time, and tries again (B17)", () => {
  const stage = new Stage('ready { probe "fd"; timeout "5s" }');
  stage.up();
  expect(stage.state).toBe("starting");
  expect(stage.wake()).toBe(5_000);
  expect(stage.state).toBe("restarting");
  expect(stage.asked).toEqual(["spawn", "end"]);
  expect(stage.life.failure?.kind).toBe("not_ready");
  stage.exit(143);
  stage.emptied();
  stage.wake();
  stage.spawned();
  stage.life.ready(stage.run, stage.now);
  expect(stage.state).toBe("running");
});

test("Life takes an end before it was ready for a failure, also a clean one", () => {
  const stage = new Stage('ready { probe "fd" }');
  stage.up();
  stage.exit(0);
  expect(stage.state).toBe("restarting");
  expect(stage.life.failure?.message).toBe(
    "exited with code 0 before it was ready",
  );
});

test("Life stops a lazy service that nobody uses, and wants it up still", () => {
  const stage = new Stage('start "lazy"; idle-stop "10m"');
  stage.up();
  stage.nowMs += 60_000;
  stage.life.use(stage.now);
  expect(stage.wake()).toBe(600_000);
  expect(stage.state).toBe("stopping");
  stage.emptied();
  expect(stage.life.facts(stage.now)).toMatchObject({
    state: { kind: "stopped" },
    desired: "up",
  });
});

test("Life applies new rules to what is under way (B24)", () => {
  const stage = new Stage();
  stage.up();
  stage.life.apply(rulesOf("restart { max-retries-per-minute 0 }"));
  stage.exit(1);
  expect(stage.state).toBe("failed");
});

test("Life keeps the last 32 transitions, none merged (B4, B23)", () => {
  const stage = new Stage();
  for (let i = 0; i < 10; i++) {
    stage.up();
    stage.life.stop("asked", stage.now);
    stage.emptied();
  }
  const { transitions } = stage.life;
  expect(transitions).toHaveLength(32);
  for (const [i, { from }] of transitions.entries()) {
    if (i > 0) expect(transitions[i - 1]?.to).toBe(from);
  }
  expect(transitions.at(-1)).toMatchObject({ from: "stopping", to: "stopped" });
});
