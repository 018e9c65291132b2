/** Agents of the original, which listen on a port, behind the relay. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { test } from "bun:test";
import { Hypivisor } from "./harness/hypivisor.ts";
import { LegacyAgent } from "./harness/legacy_agent.ts";
import { residentMiB } from "./harness/memory.ts";
import { type Frame, TestSocket } from "./harness/socket.ts";
import { until } from "./harness/until.ts";

const INIT = JSON.stringify({ type: "init_state", messages: [], tools: [] });

function view(hypivisor: Hypivisor, id: string): TestSocket {
  const path = `/ws/agent/${encodeURIComponent(id)}`;
  return new TestSocket(hypivisor.socketUrl(path));
}

/** Registers a port that nothing may listen on. */
async function claim(
  hypivisor: Hypivisor,
  params: { id: string; port: number; machine?: string },
): Promise<TestSocket> {
  const socket = await TestSocket.open(hypivisor.socketUrl("/ws"));
  const reply = await socket.ask("register", {
    machine: "mbp",
    cwd: "/home/ada/shop",
    status: "active",
    ...params,
  });
  assertEquals(reply.result, { status: "registered" });
  return socket;
}

test("frames cross both ways in order, each with its type", async () => {
  await using hypivisor = await Hypivisor.start();
  await using agent = await LegacyAgent.start(hypivisor, { first: INIT });
  await using viewer = view(hypivisor, agent.id);
  await viewer.frame(({ type }) => type === "init_state");

  viewer.send("Grüße, 漢字");
  viewer.raw.send(new Uint8Array([0, 1, 255]));
  viewer.send("");
  await until(() => agent.heard.length === 3);
  agent.peers[0]?.send("one");
  agent.peers[0]?.send(new Uint8Array([9, 8, 7]));
  for (let n = 0; n < 100; n++) agent.peers[0]?.send(`n${n}`);
  await viewer.frame((frame) => frame === "n99");

  assertEquals(agent.heard.map(({ isBinary }) => isBinary), [
    false,
    true,
    false,
  ]);
  assertEquals(agent.heard[0]?.text, "Grüße, 漢字");
  assertEquals(agent.heard[2]?.text, "");
  assertEquals(viewer.frames.slice(1), [
    "one",
    ...Array.from({ length: 100 }, (_, n) => `n${n}`),
  ]);
  assertEquals(viewer.binary, [new Uint8Array([9, 8, 7])]);
});

test("large frames cross whole, up to 16 MiB", async () => {
  await using hypivisor = await Hypivisor.start();
  await using agent = await LegacyAgent.start(hypivisor);
  const text = "x".repeat(15 * 1024 * 1024);
  agent.onPeer = (peer) => peer.send(text);
  await using viewer = view(hypivisor, agent.id);

  await until(() => viewer.frames.length === 1, {
    withinMs: 15_000,
    seen: () => viewer.closed,
  });
  assertEquals(viewer.frames[0].length, text.length);
  viewer.send(text);
  await until(() => agent.heard.length === 1, { withinMs: 15_000 });
  assertEquals(agent.heard[0]?.text.length, text.length);
}, 40_000);

test("the first frame is never lost, 200 times under load", async () => {
  await using hypivisor = await Hypivisor.start();
  await using agent = await LegacyAgent.start(hypivisor, { first: INIT });
  const viewers: TestSocket[] = [];
  for (let round = 0; round < 10; round++) {
    const some = Array.from({ length: 20 }, () => view(hypivisor, agent.id));
    viewers.push(...some);
    // Load on the daemon, while it dials and relays.
    for (let n = 0; n < 50; n++) {
      agent.registration.send({ id: `load-${n}`, method: "list_nodes" });
    }
    await until(
      () => some.every(({ frames }) => frames.length > 0),
      { withinMs: 10_000, seen: () => some.map(({ frames }) => frames.length) },
    );
  }

  assertEquals(viewers.length, 200);
  for (const viewer of viewers) {
    assertEquals(viewer.frames[0].type, "init_state");
    viewer.close();
  }
  await until(() => agent.server.clients.size === 0);
}, 30_000);

test("what a viewer says at once reaches the agent, in order", async () => {
  await using hypivisor = await Hypivisor.start();
  await using agent = await LegacyAgent.start(hypivisor);
  await using viewer = await TestSocket.open(
    hypivisor.socketUrl(`/ws/agent/${agent.id}`),
  );
  for (let n = 0; n < 20; n++) viewer.send(`early ${n}`);

  await until(() => agent.heard.length === 20);
  assertEquals(
    agent.heard.map(({ text }) => text),
    Array.from({ length: 20 }, (_, n) => `early ${n}`),
  );
});

test("an agent that dies or leaves closes its viewers, and says so", async () => {
  await using hypivisor = await Hypivisor.start();
  await using agent = await LegacyAgent.start(hypivisor, { first: INIT });
  await using killed = view(hypivisor, agent.id);
  await killed.frame(() => true);
  agent.peers[0]?.terminate();
  assertEquals(await killed.whenClosed(), {
    code: 4410,
    reason: "Agent went away",
  });

  await using left = view(hypivisor, agent.id);
  await left.frame(() => true);
  agent.peers[1]?.close(4321, "bye");
  assertEquals(await left.whenClosed(), { code: 4321, reason: "bye" });

  await using leaving = view(hypivisor, agent.id);
  await leaving.frame(() => true);
  leaving.close();
  await until(() => agent.server.clients.size === 0);
});

test("an agent that cannot be reached is told of in a frame and a close", async () => {
  await using hypivisor = await Hypivisor.start();
  const refusals: [string, RegExp, number][] = [];
  const nobody = Bun.listen({
    hostname: "127.0.0.1",
    port: 0,
    socket: { data() {} },
  });
  const { port } = nobody;
  nobody.stop(true);
  await using _nobody = await claim(hypivisor, { id: "nobody", port });
  refusals.push(["nobody", /^Cannot reach agent/, 4410]);

  await using plain = Bun.serve({
    port: 0,
    fetch: () => new Response("No sockets here"),
  });
  await using _plain = await claim(hypivisor, {
    id: "plain",
    port: plain.port ?? 0,
  });
  refusals.push(["plain", /^Agent handshake failed/, 4410]);
  refusals.push(["unknown", /^Agent not found$/, 4404]);

  const lost = await claim(hypivisor, { id: "lost", port: 1 });
  lost.close();
  await lost.whenClosed();
  refusals.push(["lost", /^Agent is offline$/, 4410]);

  for (const [id, error, code] of refusals) {
    const asked = performance.now();
    await using viewer = view(hypivisor, id);
    const closed = await viewer.whenClosed();
    assertEquals(viewer.frames.length, 1, id);
    assertMatch(viewer.frames[0].error, error);
    assertEquals(closed.code, code, id);
    assert(performance.now() - asked < 2_000, `${id} took too long`);
  }
});

test("an agent that never answers the dial is given up on", async () => {
  await using hypivisor = await Hypivisor.start();
  const mute = Bun.listen({
    hostname: "127.0.0.1",
    port: 0,
    socket: { data() {} },
  });
  try {
    await using _mute = await claim(hypivisor, { id: "mute", port: mute.port });
    await using viewer = view(hypivisor, "mute");

    const closed = await viewer.whenClosed(12_000);
    assertMatch(viewer.frames[0].error, /^Cannot reach agent/);
    assertEquals(closed.code, 4410);
  } finally {
    mute.stop(true);
  }
}, 20_000);

test("ids of every kind of character find their agent", async () => {
  await using hypivisor = await Hypivisor.start();
  for (const id of ["a/b", "100%", "who?", "a#b", "ü漢 x", "a+b&c=d", "%2F"]) {
    await using agent = await LegacyAgent.start(hypivisor, { id, first: INIT });
    await using viewer = view(hypivisor, id);
    await viewer.frame(({ type }) => type === "init_state");
    assertEquals(agent.peers.length, 1, id);
  }
  // Clients of the original that do not encode are understood as well.
  for (const id of ["x/y", "50%"]) {
    await using _agent = await LegacyAgent.start(hypivisor, {
      id,
      first: INIT,
    });
    await using viewer = new TestSocket(
      hypivisor.socketUrl(`/ws/agent/${id}`),
    );
    await viewer.frame(({ type }) => type === "init_state");
  }
});

test("agents are reached by any name, on IPv4 or IPv6", async () => {
  await using hypivisor = await Hypivisor.start();
  const hosts = [undefined, "127.0.0.1", "::1"];
  for (const machine of ["localhost", "127.0.0.1", "no-such-host.invalid"]) {
    for (const host of hosts) {
      await using agent = await LegacyAgent.start(hypivisor, {
        machine,
        first: INIT,
        ...(host ? { host } : {}),
      });
      await using viewer = view(hypivisor, agent.id);
      await viewer.frame(({ type }) => type === "init_state");
    }
  }
});

test("only the registrant's own host is dialled, whatever machine it names", async () => {
  await using hypivisor = await Hypivisor.start();
  let dialled = 0;
  // Another address of this machine stands for another machine.
  const other = Bun.listen({
    hostname: "127.0.0.2",
    port: 0,
    socket: { open: () => void dialled++, data() {} },
  });
  try {
    for (const machine of ["127.0.0.2", `127.0.0.2:${other.port}/x?`]) {
      await using _claim = await claim(hypivisor, {
        id: "ssrf",
        port: other.port,
        machine,
      });
      await using viewer = view(hypivisor, "ssrf");
      await viewer.whenClosed();
      assertMatch(viewer.frames[0].error, /^Cannot reach agent/);
    }
    assertEquals(dialled, 0);
  } finally {
    other.stop(true);
  }
});

test(
  "a stalled viewer of a flooding agent costs the daemon little",
  async () => {
    await using hypivisor = await Hypivisor.start();
    await using agent = await LegacyAgent.start(hypivisor, { first: INIT });
    await using warm = view(hypivisor, agent.id);
    await warm.frame(() => true);
    const before = residentMiB(hypivisor.pid);
    await using stalled = view(hypivisor, agent.id);
    await stalled.frame(() => true);
    const raw = stalled.raw as WebSocket & { pause(): void; resume(): void };
    raw.pause();

    const chunk = "x".repeat(64 * 1024);
    const [, peer] = agent.peers;
    assert(peer);
    for (let n = 0; n < 2_000; n++) peer.send(`${n}:${chunk}`);
    // 125 MiB: most of it has to stay with the agent.
    let last = Infinity;
    await until(() => {
      const now = peer.bufferedAmount;
      const isSettled = now === last && now < 2_000 * chunk.length;
      last = now;
      return isSettled;
    }, { withinMs: 10_000, seen: () => peer.bufferedAmount });
    warm.send("still there?");
    await until(() => agent.heard.length === 1);

    assert(peer.bufferedAmount > 64 * 1024 * 1024);
    const grown = residentMiB(hypivisor.pid) - before;
    assert(grown < 64, `The daemon grew by ${grown} MiB`);

    raw.resume();
    await until(() => stalled.frames.length === 2_001, {
      withinMs: 20_000,
      seen: () => [stalled.frames.length, stalled.closed],
    });
    const numbers = stalled.frames.slice(1)
      .map((frame: Frame) => Number.parseInt(frame));
    assertEquals(numbers, Array.from({ length: 2_000 }, (_, n) => n));
  },
  60_000,
);

test("a stalled agent is not sent more than it takes", async () => {
  await using hypivisor = await Hypivisor.start();
  await using agent = await LegacyAgent.start(hypivisor, { first: INIT });
  await using viewer = view(hypivisor, agent.id);
  await viewer.frame(() => true);
  const before = residentMiB(hypivisor.pid);
  const [peer] = agent.peers;
  assert(peer);
  peer.pause();

  const chunk = "x".repeat(64 * 1024);
  for (let n = 0; n < 1_000; n++) viewer.send(`${n}:${chunk}`);
  let last = Infinity;
  await until(() => {
    const now = viewer.raw.bufferedAmount;
    const isSettled = now === last && now < 1_000 * chunk.length;
    last = now;
    return isSettled;
  }, { withinMs: 10_000, seen: () => viewer.raw.bufferedAmount });

  const grown = residentMiB(hypivisor.pid) - before;
  assert(grown < 64, `The daemon grew by ${grown} MiB`);
  peer.resume();
  await until(() => agent.heard.length === 1_000, {
    withinMs: 20_000,
    seen: () => agent.heard.length,
  });
  assertEquals(Number.parseInt(agent.heard[999]?.text ?? ""), 999);
}, 60_000);
