import { expect, test } from "bun:test";
import { Stage } from "../../../../tests/harness/life_stage.ts";

/** The same sequence for the same seed. */
function makeRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32;
    return state / 2 ** 32;
  };
}

/** What there is of the run asked for last, as a real one would have it. */
type Reality = "none" | "asked" | "up" | "remains";

test("Life never has two processes, and always comes to rest", () => {
  for (let seed = 1; seed <= 300; seed++) {
    const random = makeRandom(seed);
    const stage = new Stage(
      seed % 2
        ? 'ready { probe "fd"; timeout "5s" }'
        : 'restart { policy "always" }',
    );
    let reality: Reality = "none";
    let spawns = 0;
    const look = () => {
      const asked = stage.asked.filter((what) => what === "spawn").length;
      if (asked === spawns) return;
      // A spawn is asked for only when nothing is left of the last one.
      expect([seed, reality, asked - spawns]).toEqual([seed, "none", 1]);
      spawns = asked;
      reality = "asked";
    };
    const acts: (() => void)[] = [
      () => stage.life.start("person", stage.now),
      () => stage.life.stop("asked", stage.now),
      () => stage.life.stop("leaving", stage.now, true),
      () => stage.life.restart(stage.now),
      () => {
        stage.nowMs += random() * 20_000;
        stage.life.tick(stage.now);
      },
      () => {
        if (reality !== "asked") return;
        reality = "up";
        stage.spawned();
      },
      () => {
        if (reality !== "asked") return;
        reality = "none";
        const failure = { kind: "spawn_failed", message: "x" } as const;
        stage.life.startFailed(stage.run, failure, stage.now);
        // Where it was ended meanwhile, it is that which is answered.
        if (stage.state === "stopping") stage.emptied();
      },
      () => stage.life.ready(stage.run, stage.now),
      () => {
        if (reality !== "up") return;
        reality = random() < 0.5 ? "none" : "remains";
        const isEmpty = reality === "none";
        stage.exit(random() < 0.5 ? 0 : 1, isEmpty);
        if (isEmpty && reality === "none") stage.emptied();
      },
      () => {
        if (reality !== "remains") return;
        reality = "none";
        stage.emptied();
      },
    ];
    for (let step = 0; step < 200; step++) {
      acts[Math.floor(random() * acts.length)]?.();
      look();
    }
    // Whatever it is in, a stop and the end of what there is bring it to rest.
    stage.life.stop("asked", stage.now);
    stage.emptied();
    look();
    expect([seed, stage.state]).toEqual([seed, "stopped"]);
    expect(stage.life.wakeAtMs).toBeUndefined();
  }
});
