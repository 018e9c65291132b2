/** What happens to the uplink and the conversation when pi's session changes. */

import { test } from "bun:test";
import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { join } from "node:path";
import { HubStandIn } from "./harness/hub.ts";
import { PiHome } from "./harness/pi.ts";
import { until } from "./harness/until.ts";

const LONG = 60_000;

function synced(hub: HubStandIn, nth = 1) {
  return until(() => hub.events("sync")[nth - 1], {
    withinMs: 15_000,
    seen: () => hub.frames.slice(-3),
  });
}

test(
  "/new keeps the uplink, the node and the epoch, and begins anew",
  async () => {
    await using home = await PiHome.make();
    await using hub = new HubStandIn();
    const pi = home.tui({ hypivisor: hub.url });
    const first = await synced(hub);
    hub.prompt("p1", "#say in the first");
    await hub.receipt("p1", "done");

    hub.prompt("p2", "/new");
    const second = await synced(hub, 2);
    await hub.receipt("p2", "done");
    assertEquals(second.after, null);
    assertEquals(second.items, []);
    assertNotEquals(second.facts.session.id, first.facts.session.id);
    assertEquals(hub.registers.length, 1);

    hub.prompt("p3", "#say in the second");
    await hub.receipt("p3", "done");
    await hub.item("in the second");

    await pi.enter("/reload");
    await until(() => /reload/i.test(pi.screen.slice(-4_000)));
    await Bun.sleep(500);
    hub.prompt("p4", "#say after the reload");
    await hub.receipt("p4", "done");
    await hub.item("after the reload");
    assertEquals(hub.registers.length, 1);
    assertEquals((await home.log()).filter((line) => line.needsHardening), []);
  },
  LONG,
);

test(
  "what the user runs with ! and what is compacted is shown too",
  async () => {
    await using home = await PiHome.make();
    await using hub = new HubStandIn();
    const settings = join(home.agentDir, "settings.json");
    await Bun.write(
      settings,
      JSON.stringify({
        ...await Bun.file(settings).json(),
        compaction: {
          enabled: true,
          keepRecentTokens: 100,
          reserveTokens: 1_000,
        },
      }),
    );
    const pi = home.tui({ hypivisor: hub.url });
    await synced(hub);
    await pi.enter("!echo by-hand");
    const bash = await hub.item("bashExecution");
    assert(JSON.stringify(bash).includes("by-hand"));

    hub.prompt("p1", "#long 600");
    await hub.receipt("p1", "done");
    hub.prompt("p2", "#long 600");
    await hub.receipt("p2", "done");
    hub.prompt("p3", "/compact keep the names");
    hub.prompt("p4", "#say after the compaction");
    await hub.receipt("p3", "done");
    await hub.receipt("p4", "done");
    const kinds = hub.events("item").map(({ item }) => item.kind).slice(-3);
    assertEquals(kinds, ["compaction", "message", "message"]);
    assertEquals(hub.events("activity").at(-1)?.activity.kind, "idle");
  },
  LONG,
);

test(
  "a resumed session shows its old messages with the keys they had",
  async () => {
    await using home = await PiHome.make();
    await using hub = new HubStandIn();
    const first = home.rpc({ hypivisor: hub.url });
    await synced(hub);
    hub.prompt("p1", "#bash echo 1\n#say remembered");
    await hub.receipt("p1", "done");
    const live = hub.events("item").map(({ item }) => item.key);
    const file = hub.events("sync")[0]?.facts.session.file as string;
    first.closeStdin();
    assertEquals(await first.exited, 0);
    assert(hub.frames.some(({ method }) => method === "deregister"));

    home.rpc({ hypivisor: hub.url, args: ["--session", file] });
    const again = await synced(hub, 2);
    assertEquals(again.items.map(({ key }) => key), live);
    assertEquals(again.total, 4);
  },
  LONG,
);

test("an agent answers what is asked about it", async () => {
  await using home = await PiHome.make();
  await using hub = new HubStandIn();
  await Bun.write(join(home.work, "src", "main.ts"), "");
  await Bun.write(join(home.work, ".git", "HEAD"), "ref: refs/heads/dev\n");
  home.tui({ hypivisor: hub.url });
  const { facts } = await synced(hub);
  hub.prompt("p1", "#say one");
  await hub.receipt("p1", "done");

  // deno-lint-ignore no-explicit-any
  const ask = hub.request.bind(hub) as (...args: unknown[]) => Promise<any>;
  const page = await ask("page", { before: null, bytes: 1e5 });
  assertEquals(page.items.length, 2);
  const slice = await ask("slice", { start: 0, end: 1 });
  assertEquals([slice.total, slice.messages.length], [2, 1]);
  const { commands } = await ask("commands", {});
  assert(commands.some(({ name }: { name: string }) => name === "compact"));
  assert(
    commands.some(({ name }: { name: string }) =>
      name === "skill:harden-pi-socket"
    ),
    "the package brings its skill",
  );
  const { files } = await ask("files", { query: "main" });
  assertEquals(files, [{ path: "src/main.ts", isDirectory: false }]);
  const folder = await ask("folder", { prefix: "src/" });
  assertEquals(folder, {
    files: [{ path: "src/main.ts", isDirectory: false }],
    cwd: home.work,
  });
  const { models } = await ask("models", {});
  assertEquals(models.map(({ id }: { id: string }) => id).sort(), [
    "fake-fast",
    "fake-thinker",
    "fake-vision",
  ]);
  const { tools } = await ask("tools", {});
  assert(
    tools.some(({ name, parameters }: Record<string, unknown>) =>
      name === "bash" && parameters
    ),
  );
  assert(facts.tools.some(({ name, active }) => name === "bash" && active));
  await hub.frame(
    "branch",
    (frame) => JSON.stringify(frame.facts ?? {}).includes('"branch":"dev"'),
  );
  await ask("nonsense", {}).then(
    () => assert(false, "nonsense was answered"),
    (error) => assert(String(error).includes("nonsense")),
  );
}, LONG);

test("commands change the session, and say so or why not", async () => {
  await using home = await PiHome.make();
  await using hub = new HubStandIn();
  home.tui({ hypivisor: hub.url });
  await synced(hub);

  hub.command("c1", { kind: "rename", name: "my shop" });
  await hub.receipt("c1", "done");
  hub.command("c2", { kind: "thinking", level: "high" });
  await hub.receipt("c2", "done");
  hub.command("c3", { kind: "model", provider: "fake", model: "fake-vision" });
  await hub.receipt("c3", "done");
  hub.command("c4", { kind: "model", provider: "fake", model: "gone" });
  const refused = await hub.receipt("c4", "refused");
  assertEquals(
    (refused.receipt as { reason: string }).reason,
    'Cannot find the model "fake/gone"',
  );
  hub.prompt("c5", "/tree");
  await hub.receipt("c5", "refused");
  hub.prompt("c6", "  ");
  await hub.receipt("c6", "refused");
  const told = JSON.stringify(hub.events("facts"));
  for (const text of ["my shop", '"high"', "fake-vision"]) {
    assert(told.includes(text), text);
  }

  hub.command("c7", {
    kind: "prompt",
    text: "#say seen",
    mode: "steer",
    attachments: [
      { name: "dot.png", mimeType: "image/png", data: DOT },
      { name: "notes.txt", mimeType: "text/plain", data: btoa("remember") },
    ],
  });
  await hub.receipt("c7", "done");
  const user = JSON.stringify(await hub.item("notes.txt"));
  assert(user.includes("remember") && user.includes('"type":"image"'), user);
  const sent = JSON.stringify(home.llm.state.requests.at(-1)?.body);
  assert(sent.includes("image_url"), "the model got the image");
}, LONG);

test(
  "an abort stops the run, and the queue tells what became of the rest",
  async () => {
    await using home = await PiHome.make();
    await using hub = new HubStandIn();
    home.tui({ hypivisor: hub.url });
    await synced(hub);
    hub.prompt("p1", "#say begin\n#gate never");
    await until(() => hub.events("delta").length > 0, { withinMs: 15_000 });
    hub.prompt("p2", "#say later", "followUp");
    await hub.receipt("p2", "queued");
    hub.command("a1", { kind: "abort" });
    await hub.receipt("a1", "done");
    await hub.item('"stopReason":"aborted"');
    await until(() => hub.events("activity").at(-1)?.activity.kind === "idle");
    const told = await until(
      () =>
        hub.events("receipt").find(({ receipt }) =>
          receipt.id === "p2" && receipt.state !== "accepted" &&
          receipt.state !== "queued"
        ),
      {
        withinMs: 15_000,
        seen: () => hub.events("receipt"),
      },
    );
    const queue = hub.events("facts").findLast(({ facts }) => facts.queue)
      ?.facts
      .queue;
    assertEquals([told.receipt.state, queue], ["refused", []]);
  },
  LONG,
);

/** A PNG of one pixel. */
const DOT =
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
