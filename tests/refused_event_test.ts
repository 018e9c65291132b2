import { assertEquals, assertMatch } from "@std/assert";
import { test } from "bun:test";
import type { Item } from "../server/protocol/item.ts";
import { FakeAgent, said } from "./harness/fake_agent.ts";
import { Hypivisor } from "./harness/hypivisor.ts";
import { until } from "./harness/until.ts";
import { TestViewer } from "./harness/viewer.ts";

test("a message nobody can read leaves a mark, and the agent stays", async () => {
  await using hypivisor = await Hypivisor.start();
  await using agent = await FakeAgent.start(() =>
    hypivisor.socketUrl("/ws?uplink=2")
  );
  await using viewer = await TestViewer.open(hypivisor, agent.id);
  const odd = {
    kind: "message",
    key: "odd:1",
    message: { role: 7, content: { not: "a list" } },
  } as unknown as Item;

  agent.add(said("before", 1));
  agent.add(odd);
  agent.event({ type: "facts", facts: { thinking: 7 as unknown as string } });
  agent.add(said("after", 2));
  await until(() => viewer.keys.includes("assistant:2"));
  assertEquals(viewer.keys, ["assistant:1", "odd:1", "assistant:2"]);
  assertMatch(
    JSON.stringify(viewer.items[1]),
    /Could not show this message: Cannot read event\.item/,
  );

  const refused = agent.frames.filter(({ type }) => type === "refused");
  assertEquals(refused.length, 1);
  assertMatch(refused[0].reason, /event\.facts\.thinking: must be a string/);
  const registrations = agent.frames.filter(({ id }) => id === "reg");
  assertEquals(registrations.length, 1);
  await until(() => agent.acked >= refused[0].seq);
});
