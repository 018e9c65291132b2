/** pi-socket beside other extensions, in other runtimes, and loaded twice. */

import { test } from "bun:test";
import { assert, assertEquals } from "@std/assert";
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

/** Another extension: it asks, goes back in the tree, and swallows input. */
const NEIGHBOUR = `
export default function (pi) {
  pi.registerCommand("ask", {
    description: "Asks",
    handler: async (args, ctx) => {
      const yes = await ctx.ui.confirm("Delete " + args + "?", "Sure?");
      pi.setSessionName(yes ? "deleted" : "kept");
    },
  });
  pi.registerCommand("back", {
    description: "Goes back to the first message",
    handler: async (_args, ctx) => {
      const [first] = ctx.sessionManager.getBranch().filter((entry) =>
        entry.type === "message" && entry.message.role === "assistant"
      );
      await ctx.navigateTree(first.id, { summarize: false });
    },
  });
  pi.on("input", (event) =>
    event.text === "swallow me" ? { action: "handled" } : undefined
  );
  pi.registerCommand("note", {
    description: "Puts a message in",
    handler: async () => {
      pi.sendMessage({ customType: "note", content: "noted", display: true });
    },
  });
}
`;

test(
  "other extensions' commands run, and their questions are seen",
  async () => {
    await using home = await PiHome.make();
    await using hub = new HubStandIn();
    const neighbour = join(home.agentDir, "extensions", "neighbour.ts");
    await Bun.write(neighbour, NEIGHBOUR);
    const pi = home.tui({ hypivisor: hub.url });
    await synced(hub);
    hub.prompt("p1", "#say first");
    await hub.receipt("p1", "done");
    hub.prompt("p2", "#say second");
    await hub.receipt("p2", "done");

    hub.prompt("c1", "/ask everything");
    const waiting = await hub.frame(
      "question",
      ({ activity }) => (activity as { kind?: string })?.kind === "waiting",
    );
    assertEquals(
      (waiting.activity as { question: string }).question,
      "Delete everything?",
    );
    await until(() => pi.screen.includes("Sure?"));
    pi.type("\r");
    await hub.frame(
      "name",
      ({ facts }) => JSON.stringify(facts ?? {}).includes("deleted"),
    );
    assertEquals(hub.events("activity").at(-1)?.activity.kind, "idle");

    hub.prompt("c2", "/note");
    const note = await hub.item("noted");
    assertEquals(
      (note.item as { message: { role: string } }).message.role,
      "custom",
    );

    hub.prompt("c3", "/back");
    const { after, items } = await synced(hub, 2);
    assertEquals([after, items.length], [null, 2]);

    hub.prompt("c4", "swallow me");
    await hub.receipt("c4", "refused");
    assertEquals(
      (await home.log()).filter((line) => line.needsHardening),
      [],
    );
  },
  LONG,
);

test("the extension loaded twice acts once", async () => {
  await using home = await PiHome.make();
  await using hub = new HubStandIn();
  const copy = join(home.root, "copy");
  await Bun.$`cp -r ${join(home.root, "pi-socket")} ${copy}`;
  home.tui({
    hypivisor: hub.url,
    args: ["-e", join(copy, "dist", "index.js")],
  });
  await synced(hub);
  hub.prompt("p1", "#say once");
  await hub.receipt("p1", "done");
  hub.prompt("p2", "/new");
  await hub.receipt("p2", "done");
  await synced(hub, 2);
  hub.prompt("p3", "#say again");
  await hub.receipt("p3", "done");
  assertEquals(hub.registers.length, 1);
  const users = hub.events("item").filter(({ item }) =>
    item.kind === "message" && item.message.role === "user"
  );
  assertEquals(users.length, 2);
}, LONG);

test("pi under Bun shows itself, and listens, as under Node", async () => {
  await using home = await PiHome.make("1.5.2", "bun");
  await using hub = new HubStandIn();
  const pi = home.rpc({
    hypivisor: hub.url,
    env: { PI_SOCKET_PORT: "0", HYPI_TOKEN: "token" },
  });
  await synced(hub);
  hub.prompt("p1", "#bash echo bun\n#say under Bun");
  await hub.receipt("p1", "done");
  await hub.item("under Bun");

  const { port } = hub.registers[0]?.params ?? { port: 0 };
  const client = new WebSocket(`ws://127.0.0.1:${port}/?token=token`);
  const first = await new Promise<string>((resolve, reject) => {
    client.onmessage = ({ data }) => resolve(String(data));
    client.onclose = () => reject(new Error("closed"));
  });
  client.close();
  assertEquals(JSON.parse(first).messages.length, 4);

  pi.closeStdin();
  assertEquals(await pi.exited, 0);
  for (const line of pi.lines) JSON.parse(line);
  assert(hub.frames.some(({ method }) => method === "deregister"));
}, LONG);

test("an old pi refuses what it cannot do, and does the rest", async () => {
  await using home = await PiHome.make("0.74.2");
  await using hub = new HubStandIn();
  home.tui({ hypivisor: hub.url });
  await synced(hub);
  assertEquals(hub.registers[0]?.params.capabilities, ["attachments"]);
  hub.prompt("p1", "/new");
  const refused = await hub.receipt("p1", "refused");
  assertEquals(
    (refused.receipt as { reason: string }).reason,
    'Cannot run "/new": pi 0.84.2 or newer is needed',
  );
  hub.prompt("p2", "/name old but good");
  await hub.receipt("p2", "done");
  await hub.frame(
    "name",
    ({ facts }) => JSON.stringify(facts ?? {}).includes("old but good"),
  );
  hub.prompt("p3", "#say begin\n#gate never");
  await until(() => hub.events("delta").length > 0, { withinMs: 15_000 });
  hub.command("a1", { kind: "abort" });
  await hub.receipt("p3", "done");
  assertEquals(hub.events("activity").at(-1)?.activity.kind, "idle");
  assertEquals((await home.log()).filter((line) => line.needsHardening), []);
}, LONG);

test("an old pi that could not compact takes prompts again", async () => {
  await using home = await PiHome.make("0.74.2");
  await using hub = new HubStandIn();
  home.rpc({ hypivisor: hub.url });
  await synced(hub);
  hub.prompt("p1", "#long 50");
  await hub.receipt("p1", "done");
  hub.prompt("p2", "/compact");
  await hub.receipt("p2", "done");
  hub.prompt("p3", "/compact");
  await hub.receipt("p3", "refused");
  hub.prompt("p4", "#say goes on");
  await hub.receipt("p4", "done");
  assertEquals(hub.events("activity").at(-1)?.activity.kind, "idle");
}, LONG);
