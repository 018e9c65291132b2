/** What a running pi shows of itself, frame by frame. */

import { test } from "bun:test";
import { assert, assertEquals } from "@std/assert";
import type { Item } from "../server/protocol/item.ts";
import { HubStandIn } from "./harness/hub.ts";
import { PiHome } from "./harness/pi.ts";
import { until } from "./harness/until.ts";

function roles(items: readonly Item[]): string[] {
  return items.map((item) =>
    item.kind === "message" ? item.message.role : item.kind
  );
}

test(
  "a pi in a terminal registers, streams its answer, takes prompts",
  async () => {
    await using home = await PiHome.make();
    await using hub = new HubStandIn();
    const pi = home.tui({ hypivisor: hub.url });
    await hub.frame("sync", ({ type }) => type === "sync");
    const params = hub.registers[0]?.params;
    assertEquals(params?.pid, pi.pid);
    assertEquals(params?.cwd, home.work);
    assertEquals(params?.pi, "1.5.2");
    assertEquals(params?.id as string, params?.sessionId as string);

    hub.prompt(
      "p1",
      "#think let me see\n#bash echo $((6*7))\n#say All is done",
    );
    await hub.receipt("p1", "done");
    const items = hub.events("item").map(({ item }) => item);
    assertEquals(roles(items), [
      "user",
      "assistant",
      "toolResult",
      "assistant",
    ]);
    assertEquals(items[0]?.kind === "message" && items[0].promptId, "p1");
    const states = hub.events("receipt").map(({ receipt }) => receipt.state);
    assertEquals(states, ["accepted", "started", "done"]);
    const streamed = hub.events("delta").map(({ text }) => text).join("");
    assert(streamed.includes("All is done"), streamed);
    assert(
      hub.events("activity").some(({ activity }) =>
        activity.kind === "working" && activity.doing === "bash echo $((6*7))"
      ),
    );
    assert(pi.screen.includes("All is done"));

    await pi.enter("#say typed by hand");
    await hub.item("typed by hand");
    await until(() => hub.events("activity").at(-1)?.activity.kind === "idle");
    assertEquals((await home.log()).filter((line) => line.needsHardening), []);
  },
  60_000,
);

test(
  "a steered and a followed-up prompt are queued, shown, and delivered in turn",
  async () => {
    await using home = await PiHome.make();
    await using hub = new HubStandIn();
    home.tui({ hypivisor: hub.url });
    await hub.frame("sync", ({ type }) => type === "sync");
    hub.prompt(
      "p1",
      "#say working\n#gate hold\n#bash echo tool\n#say unsteered",
    );
    await until(() => hub.events("delta").length > 0, { withinMs: 15_000 });

    hub.prompt("p2", "#say steered", "steer");
    await hub.receipt("p2", "queued");
    hub.prompt("p3", "#say followed", "followUp");
    await hub.receipt("p3", "queued");
    const queue = await hub.frame(
      "queue",
      ({ facts }) => (facts as { queue?: unknown[] })?.queue?.length === 2,
    );
    assertEquals((queue.facts as { queue: unknown }).queue, [
      { id: "p2", text: "#say steered", mode: "steer" },
      { id: "p3", text: "#say followed", mode: "followUp" },
    ]);
    home.llm.release("hold");
    for (const id of ["p1", "p2", "p3"]) await hub.receipt(id, "done");

    const prompts = hub.events("item").flatMap(({ item }) =>
      item.kind === "message" && item.promptId ? [item.promptId] : []
    );
    assertEquals(prompts, ["p1", "p2", "p3"]);
  },
  60_000,
);

test("a prompt sent twice with one id runs once", async () => {
  await using home = await PiHome.make();
  await using hub = new HubStandIn();
  home.tui({ hypivisor: hub.url });
  await hub.frame("sync", ({ type }) => type === "sync");
  hub.prompt("p1", "#say once");
  hub.prompt("p1", "#say once");
  await hub.receipt("p1", "done");
  hub.prompt("p1", "#say once");
  await until(() =>
    hub.events("receipt").filter(({ receipt }) => receipt.state === "done")
      .length === 2
  );
  const users = hub.events("item").filter(({ item }) =>
    item.kind === "message" && item.message.role === "user"
  );
  assertEquals(users.length, 1);
}, 60_000);

test(
  "an agent that was cut off resumes without a gap or a double",
  async () => {
    await using home = await PiHome.make();
    let have = null as {
      epoch: string;
      seq: number;
      sessionId: string;
      key: string | null;
    } | null;
    await using hub = new HubStandIn({ have: () => have });
    home.tui({ hypivisor: hub.url });
    await hub.frame("sync", ({ type }) => type === "sync");
    hub.prompt("p1", "#say first");
    await hub.receipt("p1", "done");
    const last = hub.events("item").at(-1);
    const params = hub.registers[0]?.params;
    have = {
      epoch: params?.epoch ?? "",
      seq: hub.frames.findLast(({ seq }) => seq !== undefined)?.seq as number,
      sessionId: params?.sessionId ?? "",
      key: last?.item.key ?? null,
    };
    hub.prompt("p2", "#say begun\n#gate cut\n#say and ended");
    await until(() => hub.events("delta").at(-1)?.text.includes("begun"));
    hub.frames.length = 0;
    hub.drop();
    await hub.frame("sync", ({ type }) => type === "sync");
    const [sync] = hub.events("sync");
    home.llm.release("cut");
    await hub.receipt("p2", "done");

    assertEquals(sync?.flight?.blocks.map(({ text }) => text.trim()), [
      "begun",
    ]);
    assertEquals(sync?.after, have.key);
    assertEquals(roles(sync?.items ?? []), ["user"]);
    const later = hub.events("item").map(({ item }) => item);
    assertEquals(roles(later), ["assistant"]);
    const after = hub.events("delta").map(({ text }) => text).join("");
    assertEquals(after.trim(), "and ended");
  },
  60_000,
);

test(
  "a prompt that is taken back in the terminal is refused, and not queued",
  async () => {
    await using home = await PiHome.make();
    await using hub = new HubStandIn();
    const pi = home.tui({ hypivisor: hub.url });
    await hub.frame("sync", ({ type }) => type === "sync");
    hub.prompt("p1", "#say busy\n#gate hold\n#say over");
    await until(() => hub.events("delta").length > 0, { withinMs: 15_000 });
    hub.prompt("p2", "#say taken back");
    await hub.receipt("p2", "queued");
    const altUp = "\x1b[1;3A";
    pi.type(altUp);
    await hub.receipt("p2", "refused");
    const queue = () =>
      hub.events("facts").findLast(({ facts }) => facts.queue)?.facts.queue;
    await until(() => queue()?.length === 0, { seen: queue });
    home.llm.release("hold");
    await hub.receipt("p1", "done");
  },
  60_000,
);

test("a prompt right behind an abort is run, and in its turn", async () => {
  await using home = await PiHome.make();
  await using hub = new HubStandIn();
  home.rpc({ hypivisor: hub.url });
  await hub.frame("sync", ({ type }) => type === "sync");
  for (let round = 0; round < 5; round++) {
    const ids = ["a", "b", "c"].map((name) => `${name}${round}`);
    hub.prompt(`run${round}`, "#say busy\n#gate never");
    await hub.receipt(`run${round}`, "started");
    await hub.frame("delta", ({ type }) => type === "delta");
    hub.command(`stop${round}`, { kind: "abort" });
    for (const id of ids) hub.prompt(id, `#say ${id}`, "followUp");
    for (const id of ids) await hub.receipt(id, "done");
    const told = hub.events("item").flatMap(({ item }) =>
      item.kind === "message" && item.promptId ? [item.promptId] : []
    );
    assertEquals(told.slice(-3), ids);
  }
}, 60_000);
