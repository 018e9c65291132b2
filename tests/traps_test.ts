/**
 * The twelve traps of pi that matter most, one test each, with a real pi.
 *
 * Each was seen to bite an extension or a daemon; the names say what has to
 * hold in spite of it.
 */

import { test } from "bun:test";
import { assert, assertEquals, assertLess } from "@std/assert";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { HubStandIn } from "./harness/hub.ts";
import { Hypivisor } from "./harness/hypivisor.ts";
import { PiHome } from "./harness/pi.ts";
import { until } from "./harness/until.ts";

const LONG = 60_000;

function synced(hub: HubStandIn, nth = 1) {
  return until(() => hub.events("sync").length >= nth, {
    withinMs: 15_000,
    seen: () => hub.frames.slice(-3),
  });
}

test("trap 1: an agent shows itself in all four modes of pi", async () => {
  await using home = await PiHome.make();
  await using hub = new HubStandIn();
  const options = { hypivisor: hub.url };
  home.tui(options);
  home.rpc(options);
  await synced(hub, 2);
  await home.run(["-p", "#wait 1500\n#say printed"], options);
  await home.run(["--mode", "json", "#wait 1500\n#say as json"], options);

  const modes = hub.events("sync").map(({ facts }) => facts.mode).sort();
  assertEquals(modes, ["json", "print", "rpc", "tui"]);
  await hub.item("printed");
  await hub.item("as json");
}, LONG);

test("trap 2: a prompt to a busy agent is queued, not lost", async () => {
  await using home = await PiHome.make();
  await using hub = new HubStandIn();
  const pi = home.rpc({ hypivisor: hub.url });
  await synced(hub);
  pi.send({ type: "prompt", message: "#say busy\n#gate hold" });
  await until(() => hub.events("delta").length > 0, { withinMs: 15_000 });
  hub.prompt("p1", "#say not lost", "followUp");
  await hub.receipt("p1", "queued");
  home.llm.release("hold");
  await hub.receipt("p1", "done");
  await hub.item("not lost");
}, LONG);

test("trap 3: a prompt on the command line is not dropped", async () => {
  await using home = await PiHome.make();
  // The hub prompts at the first moment it can.
  await using hub = new HubStandIn({
    onRegister: () => {
      setTimeout(() => hub.prompt("p1", "#say from afar", "followUp"), 0);
      return undefined;
    },
  });
  home.tui({ hypivisor: hub.url, args: ["#say from the command line"] });
  await hub.receipt("p1", "done");
  // The first may be over before the uplink is up: then the sync has it.
  const items = [
    ...hub.events("sync").flatMap(({ items }) => items),
    ...hub.events("item").map(({ item }) => item),
  ];
  for (const text of ["from the command line", "from afar"]) {
    assert(items.some((item) => JSON.stringify(item).includes(text)), text);
  }
  const users = items.flatMap((item) =>
    item.kind === "message" && item.message.role === "user" ? [item] : []
  );
  assertEquals(users.map(({ promptId }) => promptId), [undefined, "p1"]);
}, LONG);

test(
  "trap 4: an agent is idle when it is at rest, not between retries",
  async () => {
    await using home = await PiHome.make();
    await using hub = new HubStandIn();
    home.tui({ hypivisor: hub.url });
    await synced(hub);
    home.llm.enqueue([{ kind: "error", status: 503, message: "overloaded" }]);
    hub.prompt("p1", "#say after the retry");
    await hub.receipt("p1", "done");
    await hub.item("after the retry");
    const kinds = hub.events("activity").map(({ activity }) => activity.kind);
    assertEquals(kinds, ["working", "idle"]);
  },
  LONG,
);

test("trap 5: an agent whose terminal is gone is offline", async () => {
  await using home = await PiHome.make();
  await using hypivisor = await Hypivisor.start();
  const pi = home.tui({
    hypivisor: `ws://127.0.0.1:${hypivisor.port}/ws`,
    env: { HYPI_TOKEN_FILE: join(hypivisor.dataDir, "token") },
  });
  await node(hypivisor, ({ state }) => state.kind === "idle");
  pi.kill("SIGKILL");
  const lost = await node(hypivisor, ({ state }) => state.kind === "offline");
  assertEquals(lost.state.reason, "link_closed");
}, LONG);

test(
  "trap 6: an agent with nothing to do and no terminal ends in silence",
  async () => {
    await using home = await PiHome.make();
    await using hub = new HubStandIn();
    const { code, stdout } = await home.run([], { hypivisor: hub.url });
    assertEquals(code, 0);
    assertEquals(stdout, "");
  },
  LONG,
);

test(
  "trap 7: the trust question is left to the person, who is then joined",
  async () => {
    await using home = await PiHome.make();
    await using hub = new HubStandIn();
    const settings = join(home.agentDir, "settings.json");
    const saved = await Bun.file(settings).json();
    delete saved.defaultProjectTrust;
    await writeFile(settings, JSON.stringify(saved));
    await mkdir(join(home.work, ".pi", "extensions"), { recursive: true });
    await writeFile(
      join(home.work, ".pi", "extensions", "own.ts"),
      "export default function () {}\n",
    );

    const pi = home.tui({ hypivisor: hub.url });
    await until(() => /trust/i.test(pi.screen), { withinMs: 15_000 });
    await Bun.sleep(1_000);
    assertEquals(hub.registers.length, 0);
    pi.type("\r");
    await synced(hub);
    assertEquals(hub.registers.length, 1);
  },
  LONG,
);

test("trap 8: a streamed answer is not slowed by being watched", async () => {
  await using home = await PiHome.make();
  await using hub = new HubStandIn();
  const pi = home.rpc({ hypivisor: hub.url });
  await synced(hub);
  const turn = async (id: string) => {
    const started = Bun.nanoseconds();
    pi.send({ id, type: "prompt", message: "#slow 1\n#long 400" });
    const ended = (line: string) => line.includes('"agent_settled"');
    const before = pi.lines.filter(ended).length;
    await until(() => pi.lines.filter(ended).length > before, {
      withinMs: 30_000,
    });
    return (Bun.nanoseconds() - started) / 1e6;
  };
  await turn("warm up");
  const watched = await turn("watched");
  hub.send({ type: "watch", on: false });
  const alone = await turn("alone");
  assert(hub.events("delta").length > 50);
  // A handler that waited a millisecond would add 400; the rest is noise.
  assertLess(watched, alone + 300);
}, LONG);

test("trap 9: a viewer that comes late sees nothing twice", async () => {
  await using home = await PiHome.make();
  await using hub = new HubStandIn({ watch: false });
  home.tui({ hypivisor: hub.url });
  await synced(hub);
  hub.prompt("p1", "#slow 20\n#long 100");
  await until(() => hub.events("activity").length > 0, { withinMs: 15_000 });
  await Bun.sleep(500);
  hub.send({ type: "watch", on: true });
  await hub.receipt("p1", "done");

  const [flight] = hub.events("flight");
  const head = flight?.flight?.blocks[0]?.text ?? "";
  const tail = hub.events("delta").map(({ text }) => text).join("");
  const words = Array.from({ length: 100 }, (_, i) => `word${i + 1}`);
  assert(head.length > 0 && tail.length > 0);
  assertEquals((head + tail).trim(), words.join(" "));
}, LONG);

test("trap 10: pi's own RPC on stdout stays pure JSON", async () => {
  await using home = await PiHome.make();
  await using hub = new HubStandIn({ onRegister: () => "garbage" });
  const pi = home.rpc({ hypivisor: hub.url });
  await until(() => hub.registers.length > 0, { withinMs: 15_000 });
  pi.send({ id: "1", type: "prompt", message: "#bash echo hi\n#say done" });
  await until(() => pi.lines.some((line) => line.includes("agent_settled")), {
    withinMs: 15_000,
  });
  pi.closeStdin();
  assertEquals(await pi.exited, 0);
  for (const line of pi.lines) JSON.parse(line);
  assertEquals(await pi.stderr(), "");
}, LONG);

test("trap 11: two agents on one session file are both told of", async () => {
  await using home = await PiHome.make();
  await using hypivisor = await Hypivisor.start();
  const options = {
    hypivisor: `ws://127.0.0.1:${hypivisor.port}/ws`,
    env: { HYPI_TOKEN_FILE: join(hypivisor.dataDir, "token") },
  };
  const first = home.tui(options);
  await node(hypivisor, ({ state }) => state.kind === "idle");
  await first.enter("#say kept");
  await until(() => first.screen.includes("kept"), { withinMs: 15_000 });
  const { session } = await node(hypivisor, ({ session }) => session?.file);
  home.tui({ ...options, args: ["--session", session.file] });
  const both = await until(async () => {
    const found = await nodes(hypivisor);
    return found.filter(({ warning }) => warning).length === 2 && found;
  }, { withinMs: 15_000, seen: () => hypivisor.stderr });
  assertEquals(both.length, 2);
}, LONG);

test(
  "trap 12: an agent needs nothing of pi but its extension API",
  async () => {
    for (const version of ["0.74.2", "0.87.1", "1.5.2"] as const) {
      await using home = await PiHome.make(version);
      await using hub = new HubStandIn();
      home.tui({ hypivisor: hub.url });
      await synced(hub);
      assertEquals(hub.registers[0]?.params.pi, version);
      hub.prompt("p1", "#bash echo one\n#say two");
      await hub.receipt("p1", "done");
      await hub.item("two");
      const failures = (await home.log()).filter((line) => line.needsHardening);
      assertEquals(failures, []);
    }
  },
  2 * LONG,
);

// deno-lint-ignore no-explicit-any
type Node = any;

async function nodes(hypivisor: Hypivisor): Promise<Node[]> {
  const response = await hypivisor.fetch("/api/nodes");
  const body = await response.json();
  return Array.isArray(body) ? body : body.nodes;
}

function node(
  hypivisor: Hypivisor,
  fits: (node: Node) => unknown,
): Promise<Node> {
  return until(async () => (await nodes(hypivisor)).find(fits), {
    withinMs: 15_000,
    seen: () => hypivisor.stderr,
  });
}
