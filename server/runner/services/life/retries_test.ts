import { expect, test } from "bun:test";
import { rulesOf, Stage } from "../../../../tests/harness/life_stage.ts";
import { DEFAULT_RESTART, type RestartRules } from "../config/config.ts";
import { Life } from "./life.ts";

test("Life backs off ever longer, and anew after a stable run (B3, 9.6.1)", () => {
  const stage = new Stage("restart { max-retries-per-minute 100 }");
  stage.up();
  expect(stage.dieUntilFailed(7)).toEqual(
    [1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000],
  );
  stage.nowMs += DEFAULT_RESTART.stableAfterMs;
  stage.exit(1);
  expect(stage.state).toBe("starting"); // At once, the first time.
  stage.spawned();
  expect(stage.dieUntilFailed(2)).toEqual([1_000, 2_000]);
});

test("Life spreads its delays by a tenth", () => {
  for (const [random, delay] of [[0, 900], [1, 1_100]] as const) {
    const asks = {
      spawn: () => {},
      end: () => {},
      whyNotReady: () => undefined,
      changed: () => {},
    };
    const now = { ms: 0, at: 0 };
    const rules = rulesOf("");
    const begin = { rules, desired: "up" as const, now, asks };
    const life = new Life({ ...begin, random: () => random });
    life.start("boot", now);
    life.spawned(1, 9, now);
    life.exited(1, { at: 0, code: 1 }, { now, isEmpty: true });
    expect(life.wakeAtMs).toBeCloseTo(delay);
  }
});

test("Life allows N restarts a minute, and none for 0 (B5)", () => {
  for (const n of [0, 1, 5]) {
    const stage = new Stage(
      `restart { max-retries-per-minute ${n}; backoff-initial "10ms"; backoff-max "50ms" }`,
    );
    stage.up();
    expect(stage.dieUntilFailed()).toHaveLength(n);
    expect(stage.life.facts(stage.now)).toMatchObject({
      starts: n + 1,
      restarts: n, // B15: the first start is none.
      lastExit: { code: 1 },
    });
  }
});

test("Life forgets what is older than a minute", () => {
  const stage = new Stage("restart { max-retries-per-minute 1 }");
  stage.up();
  stage.exit(1);
  stage.wake();
  stage.spawned();
  expect(stage.life.facts(stage.now).retriesInWindow).toBe(1);
  stage.nowMs += 60_000;
  expect(stage.life.facts(stage.now).retriesInWindow).toBe(0);
  stage.exit(1);
  expect(stage.state).toBe("starting");
});

test("Life does not count a job that ends well after a while (B6)", () => {
  const stage = new Stage(
    'restart { policy "always"; max-retries-per-minute 1 }',
  );
  stage.up();
  for (let i = 0; i < 10; i++) {
    stage.nowMs += 10_000;
    stage.exit(0);
    expect(stage.state).toBe("starting");
    stage.spawned();
  }
});

test("Life takes a start by hand for a new beginning (B7, 9.6.3)", () => {
  const stage = new Stage("restart { max-retries-per-minute 2 }");
  stage.up();
  expect(stage.dieUntilFailed()).toEqual([1_000, 2_000]);
  stage.up();
  expect(stage.life.facts(stage.now).retriesInWindow).toBe(0);
  expect(stage.dieUntilFailed()).toEqual([1_000, 2_000]);
});

test("Life tries a failed service again after retry-failed-after (B8)", () => {
  const stage = new Stage(
    'restart { max-retries-per-minute 0; retry-failed-after "5m" }',
  );
  stage.up();
  stage.exit(1);
  expect(stage.state).toBe("failed");
  expect(stage.wake()).toBe(300_000);
  expect(stage.state).toBe("starting");
  expect(new Stage().life.wakeAtMs).toBeUndefined();
});

test("Life counts a process that cannot be started like one that died (B9)", () => {
  const stage = new Stage("restart { max-retries-per-minute 2 }");
  stage.up("boot");
  stage.exit(1);
  stage.wake();
  const failure = { kind: "spawn_failed", message: "ETXTBSY" } as const;
  stage.life.startFailed(stage.run, failure, stage.now);
  expect(stage.state).toBe("restarting");
  expect(stage.wake()).toBe(2_000);
  stage.spawned();
  expect(stage.state).toBe("running");
});

test("Life serves a stop at once while it backs off (B1)", () => {
  const stage = new Stage();
  stage.up();
  stage.exit(1);
  expect(stage.state).toBe("restarting");
  stage.life.stop("asked", stage.now);
  expect(stage.state).toBe("stopped");
  expect(stage.life.wakeAtMs).toBeUndefined();
  expect(stage.asked).toEqual(["spawn"]);
});

test("Life follows its policy", () => {
  const after = (policy: RestartRules["policy"], code: number) => {
    const stage = new Stage(
      `restart { policy "${policy}"; success-exit-codes 143 }`,
    );
    stage.up();
    stage.exit(code);
    return stage.state;
  };
  expect(after("never", 1)).toBe("stopped");
  expect(after("never", 0)).toBe("stopped");
  expect(after("on-failure", 0)).toBe("stopped");
  expect(after("on-failure", 143)).toBe("stopped");
  expect(after("on-failure", 137)).toBe("restarting");
  expect(after("always", 0)).toBe("restarting");
});

test("Life shows when it will try again, by the clock on the wall", () => {
  const stage = new Stage();
  stage.up();
  stage.exit(1);
  expect(stage.life.facts(stage.now).state).toEqual({
    kind: "restarting",
    since: 1_000_000,
    attempt: 1,
    nextRetryAt: 1_001_000,
    reason: "exited with code 1",
  });
});
