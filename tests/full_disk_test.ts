/** A database that cannot be written for a while. */

import { assert, assertEquals } from "@std/assert";
import { Database } from "bun:sqlite";
import { test } from "bun:test";
import { join } from "node:path";
import { FakeAgent, said } from "./harness/fake_agent.ts";
import { Hypivisor } from "./harness/hypivisor.ts";
import { until } from "./harness/until.ts";
import { TestViewer } from "./harness/viewer.ts";

test("what could not be written for a while is written after it", async () => {
  await using hypivisor = await Hypivisor.start();
  await using agent = await FakeAgent.start(() =>
    hypivisor.socketUrl("/ws?uplink=2")
  );
  await using viewer = await TestViewer.open(hypivisor, agent.id);
  agent.add(said("one", 1));
  await until(() => agent.acked >= 2);
  const before = agent.acked;

  const db = new Database(join(hypivisor.dataDir, "hypivisor.db"));
  db.run("begin immediate");
  agent.add(said("two", 2));
  // Live all the same, and not promised to anybody.
  await until(() => viewer.keys.includes("assistant:2"));
  await until(() => hypivisor.stderr.includes("write_failed"), {
    withinMs: 10_000,
  });
  agent.add(said("three", 3));
  await until(() => viewer.keys.includes("assistant:3"));
  assertEquals(agent.acked, before);
  db.run("rollback");
  db.close();

  await until(() => agent.acked > before, { withinMs: 15_000 });
  await until(() => hypivisor.stderr.includes("writes_resumed"));
  assert(hypivisor.stderr.split("write_failed").length === 2);
  agent.stop();
  await hypivisor.kill();
  await hypivisor.start();
  await using after = await TestViewer.open(hypivisor, agent.id);
  assertEquals(after.keys, ["assistant:1", "assistant:2", "assistant:3"]);
}, 40_000);

test(
  "a stop does not wait for ever for a disk that takes nothing",
  async () => {
    await using hypivisor = await Hypivisor.start();
    await using agent = await FakeAgent.start(() =>
      hypivisor.socketUrl("/ws?uplink=2")
    );
    await until(() => agent.acked > 0);
    using db = new Database(join(hypivisor.dataDir, "hypivisor.db"));
    db.run("begin immediate");
    agent.add(said("two", 2));

    const asked = performance.now();
    assertEquals(await hypivisor.stop(), 0);
    assert(performance.now() - asked < 14_000);
    assert(hypivisor.stderr.includes("writes_lost"));
  },
  30_000,
);
