import { assert, assertEquals } from "@std/assert";
import { test } from "bun:test";
import { FakeAgent, said } from "./harness/fake_agent.ts";
import { Hypivisor } from "./harness/hypivisor.ts";
import { until } from "./harness/until.ts";
import { TestViewer } from "./harness/viewer.ts";

const EVENTS = 2_000;
const CUTS = 200;
const KILLS = 5;

/** A seeded choice, so that a failure can be had again. */
function makeRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32;
    return state / 2 ** 32;
  };
}

test(
  "2,000 items arrive once each through 200 cuts of every link and 5 kills",
  async () => {
    await using hypivisor = await Hypivisor.start();
    await using agent = await FakeAgent.start(() =>
      hypivisor.socketUrl("/ws?uplink=2")
    );
    const viewers = [
      await TestViewer.open(hypivisor, agent.id),
      await TestViewer.open(hypivisor, agent.id),
    ] as const;
    const random = makeRandom(7);

    const cuts = [
      () => agent.cut(),
      () => viewers[0].cut(),
      () => viewers[1].cut(),
    ].map((cut) => ({ cut, left: CUTS }));
    let kills = 0;
    for (let n = 1; n <= EVENTS; n++) {
      if (n % 4 === 0) agent.stream(`event ${n}`, n);
      else agent.add(said(`event ${n}`, n));
      for (const link of cuts) {
        if (random() >= link.left / (EVENTS - n + 1)) continue;
        link.left--;
        link.cut();
      }
      if (n % Math.floor(EVENTS / (KILLS + 1)) === 0 && kills < KILLS) {
        kills++;
        await hypivisor.kill();
        await hypivisor.start();
      }
      await Bun.sleep(random() * 3);
    }

    const wanted = agent.items.map(({ key }) => key);
    for (const viewer of viewers) {
      await until(() => viewer.keys.at(-1) === wanted.at(-1), {
        withinMs: 20_000,
        seen: () => ({ have: viewer.keys.length, linked: agent.isLinked }),
      });
      await viewer.loadOlder();
      assertEquals(viewer.keys, wanted);
      assertEquals(viewer.gaps, 0);
      assert(viewer.resumes > 0, "No viewer resumed where it was");
      await viewer[Symbol.asyncDispose]();
    }
    assertEquals(kills, KILLS);
    assertEquals(cuts.map(({ left }) => left), [0, 0, 0]);
  },
  120_000,
);

test(
  "prompts sent again and again through cuts and kills run once each",
  async () => {
    await using hypivisor = await Hypivisor.start();
    await using agent = await FakeAgent.start(() =>
      hypivisor.socketUrl("/ws?uplink=2")
    );
    await using viewer = await TestViewer.open(hypivisor, agent.id);
    const random = makeRandom(11);
    const ids = Array.from({ length: 100 }, (_, n) => `prompt-${n}`);

    for (const [n, id] of ids.entries()) {
      if (n % 3 === 0) agent.cut();
      if (n % 4 === 0) viewer.cut();
      if (n % 25 === 24) {
        await hypivisor.kill();
        await hypivisor.start();
      }
      await until(async () => {
        if (!viewer.isLinked) return false;
        // As a page does: again with the same id until there is a receipt.
        const sent = viewer.call("prompt", { text: id, id });
        const receipt = await Promise.race([
          sent.catch(() => undefined),
          Bun.sleep(200).then(() => undefined),
        ]);
        return receipt !== undefined;
      }, { withinMs: 20_000 });
      if (random() < 0.2) await viewer.call("prompt", { text: id, id });
    }

    assertEquals(agent.commands.map(({ id }) => id), ids);
  },
  120_000,
);

test(
  "what was acknowledged is there after SIGKILL, without the agent",
  async () => {
    await using hypivisor = await Hypivisor.start();
    const agent = await FakeAgent.start(() =>
      hypivisor.socketUrl("/ws?uplink=2")
    );
    for (let n = 1; n <= 300; n++) agent.add(said(`event ${n}`, n));
    await until(() => agent.acked > 0);
    const acknowledged = agent.items.length;
    await until(() => agent.acked >= acknowledged, {
      seen: () => agent.acked,
    });

    agent.stop();
    await hypivisor.kill();
    await hypivisor.start();

    await using viewer = await TestViewer.open(hypivisor, agent.id);
    await viewer.loadOlder();
    assertEquals(viewer.keys, agent.items.map(({ key }) => key));
  },
  30_000,
);
