/** What other extensions put into a conversation never costs the uplink. */

import { test } from "bun:test";
import { assertEquals } from "@std/assert";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { HubStandIn } from "./harness/hub.ts";
import { Hypivisor } from "./harness/hypivisor.ts";
import { PiHome } from "./harness/pi.ts";
import { until } from "./harness/until.ts";
import { TestViewer } from "./harness/viewer.ts";

const LONG = 90_000;

/** Statements of an extension that is not ours; each leaves a message. */
const ODD: Readonly<Record<string, string>> = {
  role: `append({ role: "r".repeat(100), content: "x", timestamp: 1 })`,
  time: `append({ role: "future", content: "x", timestamp: NaN })`,
  content: `append({ role: "future", content: { a: 1 }, timestamp: 2 })`,
  parts: `append({ role: "future", timestamp: 3, content: Array.from(
    { length: 1500 }, () => ({ type: "text", text: "x" })) })`,
  nothing: `append({ role: "assistant", timestamp: 4, content: [null,
    { type: "toolCall", id: "q".repeat(500), name: "n", arguments: {} }] })`,
  result: `append({ role: "toolResult", timestamp: 5, content: "x" })`,
  lines: `append({ role: "future", timestamp: 6, content: [{
    type: "toolCall", id: "c", name: "n", arguments: {
      lines: Array.from({ length: 300000 }, (_, n) => "line " + n +
        " goes on and on until it has come to its end") } }] })`,
  custom:
    `pi.sendMessage({ customType: "c", content: { a: 1 }, display: true })`,
};

/** A command `/odd NAME`; what it appended is off the branch a second later. */
const EXTENSION = `export default (pi: any) => pi.registerCommand("odd", {
  description: "Something odd",
  handler: async (name: string, { sessionManager }: any) => {
    const leaf = sessionManager.getLeafId();
    const append = (message: any) => {
      sessionManager.appendMessage(message);
      setTimeout(() => sessionManager.branch(leaf), 1500);
    };
    ${
  Object.entries(ODD).map(([name, act]) => `if (name === "${name}") ${act};`)
    .join("\n")
}
  },
});
`;

test(
  "messages of any shape are shown, and end no uplink",
  async () => {
    await using home = await PiHome.make();
    const extensions = join(home.agentDir, "extensions");
    await mkdir(extensions, { recursive: true });
    await Bun.write(join(extensions, "odd.ts"), EXTENSION);
    await using hypivisor = await Hypivisor.start();
    home.rpc({
      hypivisor: `ws://127.0.0.1:${hypivisor.port}/ws`,
      env: { HYPI_TOKEN_FILE: join(hypivisor.dataDir, "token") },
    });
    const node = await until(async () => {
      const found = await (await hypivisor.fetch("/api/nodes")).json();
      return found.nodes[0]?.mode && found.nodes[0];
    }, { withinMs: 15_000 });
    await using viewer = await TestViewer.open(hypivisor, node.id);
    await viewer.call("prompt", { id: "p1", text: "#say hello" });
    await until(() => viewer.items.length === 2, { withinMs: 15_000 });

    for (const name of Object.keys(ODD)) {
      const before = viewer.items.length;
      await viewer.call("prompt", { id: name, text: `/odd ${name}` });
      await until(() => viewer.items.length === before + 1, {
        withinMs: 10_000,
        seen: () => [name, viewer.receipts.get(name), hypivisor.stderr],
      });
      // Back to where it was, or pi itself would stumble over it.
      if (name === "custom") break;
      await until(() => viewer.items.length === before, { withinMs: 10_000 });
    }
    await until(() => viewer.receipts.get("custom")?.state === "done");
    assertEquals(hypivisor.stderr.match(/frame_refused|node_lost/g), null);
    assertEquals((await home.log()).filter((line) => line.needsHardening), []);
  },
  LONG,
);

test(
  "a hub that cannot read the history gets what follows",
  async () => {
    await using home = await PiHome.make();
    await using hub = new HubStandIn({ acknowledges: false });
    const pi = home.rpc({ hypivisor: hub.url });
    await hub.frame("sync", ({ type }) => type === "sync");
    hub.prompt("p1", "#say unreadable");
    await hub.receipt("p1", "done");
    hub.frames.length = 0;
    hub.drop(4400);
    await hub.frame("sync", ({ type }) => type === "sync");
    const [sync] = hub.events("sync");
    assertEquals([sync?.after, sync?.items, sync?.more], [null, [], true]);
    assertEquals(hub.events("item"), []);
    hub.prompt("p2", "#say later");
    await hub.receipt("p2", "done");
    await hub.item("later");
    pi.closeStdin();
    assertEquals(await pi.exited, 0);
  },
  LONG,
);

test("a hub that knows every id is left alone for a while", async () => {
  await using home = await PiHome.make();
  await using hub = new HubStandIn({
    onRegister: () => ({ id: "reg", error: "Node id in use" }),
  });
  home.rpc({ hypivisor: hub.url });
  await until(() => hub.registers.length > 4, { withinMs: 15_000 });
  const before = hub.registers.length;
  await Bun.sleep(1_000);
  // At 250, 500 and 1000 ms at the most, five ids each.
  assertEquals(hub.registers.length - before <= 20, true);
}, LONG);
