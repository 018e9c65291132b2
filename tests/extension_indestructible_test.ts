/** Whatever the hypivisor does, pi goes on, prints nothing, and comes back. */

import { test } from "bun:test";
import { assert, assertEquals, assertLess } from "@std/assert";
import { createServer, type Socket } from "node:net";
import { join } from "node:path";
import { HubStandIn } from "./harness/hub.ts";
import { Hypivisor } from "./harness/hypivisor.ts";
import { PiHome } from "./harness/pi.ts";
import type { RunningPi } from "./harness/pi_process.ts";
import { measureTurn } from "./harness/pi_turn.ts";
import { until } from "./harness/until.ts";

const LONG = 90_000;

/** pi ends in order, with nothing but its own JSON on stdout. */
async function endsCleanly(pi: RunningPi, withinMs = 3_000): Promise<void> {
  const started = Date.now();
  pi.closeStdin();
  assertEquals(await pi.exited, 0);
  assertLess(Date.now() - started, withinMs);
  for (const line of pi.lines) JSON.parse(line);
  assertEquals(await pi.stderr(), "");
}

/** What a raw TCP peer may do to a dialler. */
const PEERS: Readonly<Record<string, (socket: Socket) => void>> = {
  "accepts and says nothing": () => {},
  "hangs up at once": (socket) => socket.destroy(),
  "answers with garbage": (socket) => socket.end("\x00\xff garbage \r\n\r\n"),
  "answers 401": (socket) =>
    socket.end("HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n"),
};

for (const [what, act] of Object.entries(PEERS)) {
  test(`an agent goes on beside a peer that ${what}`, async () => {
    await using home = await PiHome.make();
    const sockets = new Set<Socket>();
    const server = createServer((socket) => {
      sockets.add(socket);
      socket.on("error", () => {});
      act(socket);
    });
    await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
    const { port } = server.address() as { port: number };
    try {
      const pi = home.rpc({ hypivisor: `ws://127.0.0.1:${port}/ws` });
      await measureTurn(pi);
      await until(() => sockets.size > 0);
      await endsCleanly(pi);
      const log = await home.log();
      assertEquals(log.filter((line) => line.needsHardening), []);
    } finally {
      for (const socket of sockets) socket.destroy();
      server.close();
    }
  }, LONG);
}

test("an agent goes on beside a hub that sends garbage", async () => {
  await using home = await PiHome.make();
  await using hub = new HubStandIn();
  const pi = home.rpc({ hypivisor: hub.url });
  await hub.frame("sync", ({ type }) => type === "sync");
  const garbage = [
    "",
    "null",
    "[]",
    "{",
    '"text"',
    '{"type":"command"}',
    '{"type":"command","id":"x","command":null}',
    '{"type":"command","id":"y","command":{"kind":"prompt"}}',
    '{"type":"request","id":1,"method":"constructor","params":null}',
    '{"type":"request","id":2,"method":"page"}',
    '{"type":"ack"}',
    '{"type":"watch"}',
    '{"id":"reg"}',
    '{"type":"__proto__"}',
    "x".repeat(100_000),
  ];
  for (const text of garbage) hub.send(text);
  await measureTurn(pi);
  hub.send({ type: "watch", on: true });
  hub.prompt("p1", "#say still here");
  await hub.receipt("p1", "done");
  await endsCleanly(pi);
}, LONG);

test(
  "an agent goes on beside a hub that stops reading, and catches up",
  async () => {
    await using home = await PiHome.make();
    await using hypivisor = await Hypivisor.start();
    const pi = home.rpc({
      hypivisor: `ws://127.0.0.1:${hypivisor.port}/ws`,
      env: { HYPI_TOKEN_FILE: join(hypivisor.dataDir, "token") },
    });
    await until(async () => (await items(hypivisor)) !== undefined);
    await measureTurn(pi);
    hypivisor.signal("SIGSTOP");
    await measureTurn(pi, "#long 3000");
    await measureTurn(pi, "#say while it was stopped");
    hypivisor.signal("SIGCONT");
    await until(
      async () =>
        JSON.stringify(await items(hypivisor)).includes("while it was stopped"),
      { withinMs: 20_000 },
    );
    await endsCleanly(pi);
  },
  LONG,
);

test("an agent ends in time though the hypivisor is stopped", async () => {
  await using home = await PiHome.make();
  await using hypivisor = await Hypivisor.start();
  const pi = home.rpc({
    hypivisor: `ws://127.0.0.1:${hypivisor.port}/ws`,
    env: { HYPI_TOKEN_FILE: join(hypivisor.dataDir, "token") },
  });
  await until(async () => (await items(hypivisor)) !== undefined);
  hypivisor.signal("SIGSTOP");
  await endsCleanly(pi, 1_500);
}, LONG);

test(
  "an agent returns to a hypivisor that was killed, with all it said",
  async () => {
    await using home = await PiHome.make();
    await using hypivisor = await Hypivisor.start();
    const pi = home.rpc({
      hypivisor: `ws://127.0.0.1:${hypivisor.port}/ws`,
      env: { HYPI_TOKEN_FILE: join(hypivisor.dataDir, "token") },
    });
    await until(async () => (await items(hypivisor)) !== undefined);
    await measureTurn(pi, "#say before");
    await hypivisor.kill();
    await measureTurn(pi, "#say meanwhile");
    await hypivisor.start();
    const found = await until(async () => {
      const found = await items(hypivisor).catch(() => undefined);
      return found?.length === 4 && found;
    }, { withinMs: 20_000 });
    const text = JSON.stringify(found);
    assert(text.includes("before") && text.includes("meanwhile"));
    await endsCleanly(pi);
    const log = await home.log();
    assertEquals(log.filter((line) => line.needsHardening), []);
  },
  LONG,
);

test("a daemon that makes its token later is found", async () => {
  await using home = await PiHome.make();
  const file = join(home.root, "state", "hypivisor", "token");
  await using hub = new HubStandIn({ token: "made later" });
  const pi = home.rpc({ hypivisor: hub.url });
  await until(() => hub.urls.length > 1, { withinMs: 15_000 });
  assertEquals(hub.registers.length, 0);
  await Bun.write(file, "made later\n");
  await hub.frame("sync", ({ type }) => type === "sync");
  const failed = await until(async () => {
    const lines = (await home.log()).filter(({ component }) =>
      component === "uplink"
    );
    return lines.some(({ msg }) => msg === "registered") && lines;
  });
  const told = failed.map(({ msg }) => msg);
  assertEquals(told, ["cannot reach the hypivisor", "registered"]);
  await endsCleanly(pi);
}, LONG);

test("an agent ends though its log's folder cannot be made", async () => {
  await using home = await PiHome.make();
  const { code, stdout, stderr } = await home.run(["-p", "#say printed"], {
    env: { PI_SOCKET_LOG: "/proc/none/pi-socket.jsonl" },
  });
  assertEquals([code, stdout.trim(), stderr], [0, "printed", ""]);
}, LONG);

test("an agent whose id is taken takes another", async () => {
  await using home = await PiHome.make();
  await using hub = new HubStandIn({
    onRegister: (_frame, nth) =>
      nth === 1 ? { id: "reg", error: "Node id in use" } : undefined,
  });
  home.rpc({ hypivisor: hub.url });
  await hub.frame("sync", ({ type }) => type === "sync");
  const [first, second] = hub.registers.map(({ params }) =>
    params.id as string
  );
  assert(first && second?.match(new RegExp(`^${first}~[0-9a-f]{6}$`)), second);
}, LONG);

test(
  "an agent at a hypivisor of the original registers, and no more",
  async () => {
    await using home = await PiHome.make();
    await using hub = new HubStandIn({
      onRegister: () => ({ id: "reg", result: { status: "registered" } }),
    });
    const pi = home.rpc({ hypivisor: hub.url });
    await until(() => hub.registers.length > 0, { withinMs: 15_000 });
    hub.send({ event: "node_joined", node: {} });
    await measureTurn(pi);
    assertEquals(hub.frames.map(({ method }) => method), ["register"]);
    await endsCleanly(pi);
  },
  LONG,
);

/** Items of the only node; undefined before there is one. */
async function items(hypivisor: Hypivisor): Promise<unknown[] | undefined> {
  const found = await (await hypivisor.fetch("/api/nodes")).json();
  const [node] = found.nodes ?? found;
  if (!node) return undefined;
  const path = `/api/nodes/${encodeURIComponent(node.id)}/transcript`;
  const page = await (await hypivisor.fetch(path)).json();
  return page.items;
}
