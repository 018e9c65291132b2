/** The registry as clients and agents of the original know it. */

import { assert, assertEquals } from "@std/assert";
import { test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { Hypivisor } from "./harness/hypivisor.ts";
import { card, open, story } from "./harness/legacy_client.ts";
import { until } from "./harness/until.ts";

test("every path answers as the original's does, in its words", async () => {
  await using hypivisor = await Hypivisor.start();
  const answers: Record<string, [number, string]> = {
    "/ws": [400, "Bad Request"],
    "/ws/agent/x": [400, "Bad Request"],
    "/ws/agent/": [400, "Missing node ID"],
    "/ws/": [404, "Not Found"],
    "/ws/other": [404, "Not Found"],
    "/health": [404, "Not Found"],
  };

  for (const [path, [status, body]] of Object.entries(answers)) {
    const stranger = await fetch(hypivisor.origin + path);
    assertEquals([stranger.status, await stranger.text()], [
      401,
      "Unauthorized",
    ], path);

    const answer = await hypivisor.fetch(path);
    assertEquals([answer.status, await answer.text()], [status, body], path);
  }
});

test("init comes first and at once, and nothing unasked comes after it", async () => {
  await using hypivisor = await Hypivisor.start();
  await using client = await open(hypivisor);

  await client.frame(() => true);
  const pong = await client.ask("ping");

  assertEquals(client.frames, [
    { event: "init", nodes: [], protocol_version: "1" },
    pong,
  ]);
  assertEquals(pong.result, { status: "healthy", nodes: 0, version: "0.1.0" });
});

test("every method answers with the original's results and errors", async () => {
  await using hypivisor = await Hypivisor.start();
  await using client = await open(hypivisor);
  const errors: [string, unknown, string][] = [
    ["register", undefined, "Missing params"],
    ["register", {}, "Invalid node info"],
    ["register", { ...card("a"), port: 65_536 }, "Invalid node info"],
    ["register", { ...card("a"), status: "Active" }, "Invalid node info"],
    ["register", { ...card("a"), status: undefined }, "Invalid node info"],
    ["register", { ...card("a"), machine: 7 }, "Invalid node info"],
    ["deregister", undefined, "Missing params.id"],
    ["deregister", { id: 7 }, "Missing params.id"],
    ["no_such_method", {}, "Method not found: no_such_method"],
    ["constructor", {}, "Method not found: constructor"],
    ["__proto__", {}, "Method not found: __proto__"],
  ];
  for (const [method, params, error] of errors) {
    const reply = await client.ask(method, params);
    assertEquals(reply, { id: reply.id, error }, method);
  }

  const { result } = await client.ask("register", {
    ...card("a"),
    pid: 4242,
    offline_since: 5,
    last_seen: 5,
    favourite_colour: "green",
  });
  assertEquals(result, { status: "registered" });
  const [node, ...others] = (await client.ask("list_nodes")).result;
  const { last_seen, ...rest } = node;
  assertEquals(rest, { ...card("a"), pid: 4242 });
  assert(Math.abs(last_seen - Date.now() / 1_000) < 5);
  assertEquals(others, []);
  assertEquals((await client.ask("ping")).result.nodes, 1);

  const gone = await client.ask("deregister", { id: "a" });
  assertEquals(gone.result, { status: "deregistered" });
  const again = await client.ask("deregister", { id: "a" });
  assertEquals(again.result, { status: "not_found" });
});

test("ids may be strings, numbers, null or absent", async () => {
  await using hypivisor = await Hypivisor.start();
  await using client = await open(hypivisor);
  await client.frame(() => true);

  client.send({ id: "x", method: "list_nodes" });
  client.send({ id: 7, method: "list_nodes" });
  client.send({ method: "list_nodes" });
  client.send({ id: null, method: "nonsense" });
  await until(() => client.frames.length === 5);

  const [, text, number, absent, nothing] = client.frames;
  assertEquals(text, { id: "x", result: [] });
  assertEquals(number, { id: 7, result: [] });
  assertEquals(absent, { result: [] });
  assertEquals(nothing.error, "Method not found: nonsense");
});

test("a caller hears its own reply before what it caused", async () => {
  await using hypivisor = await Hypivisor.start();
  await using watcher = await open(hypivisor);
  await using first = await open(hypivisor);
  await using second = await open(hypivisor);
  await first.ask("register", card("a"));

  second.send({ id: "take", method: "register", params: card("b") });
  await second.frame(({ event }) => event === "node_joined");
  second.send({ id: "leave", method: "deregister", params: { id: "b" } });
  await watcher.frame(({ id }) => id === "b");

  assertEquals(story(watcher), [
    "node_joined a",
    "node_removed a",
    "node_joined b",
    "node_removed b",
  ]);
  await until(() => story(second).length === 6, {
    seen: () => story(second),
  });
  assertEquals(story(second).slice(-5), [
    "reply take",
    "node_removed a",
    "node_joined b",
    "reply leave",
    "node_removed b",
  ]);
  // The evicted one is told, so that it registers again from another port.
  assertEquals((await first.whenClosed()).code, 4409);
});

test("a lost agent goes offline at once, and off the list after its time", async () => {
  await using hypivisor = await Hypivisor.start({ args: ["-t", "1"] });
  await using client = await open(hypivisor);
  await using agent = await open(hypivisor);
  await agent.ask("register", card("a"));
  const lostAt = Date.now();
  agent.close();

  await client.frame(({ event }) => event === "node_offline");
  assert(Date.now() - lostAt < 5_000);
  const [node] = (await client.ask("list_nodes")).result;
  assertEquals(node.status, "offline");
  assert(Math.abs(node.offline_since - Date.now() / 1_000) < 5);

  await client.frame(({ event }) => event === "node_removed");
  assert(Date.now() - lostAt >= 1_000);
  assertEquals((await client.ask("list_nodes")).result, []);
  assertEquals(client.events.map(({ event }) => event), [
    "init",
    "node_joined",
    "node_offline",
    "node_removed",
  ]);
});

test("ping frames and calls keep a node fresh, and pings are answered", async () => {
  await using hypivisor = await Hypivisor.start({ args: ["-t", "1"] });
  await using agent = await open(hypivisor);
  const raw = agent.raw as WebSocket & { ping(data: string): void };
  let pongs = 0;
  raw.addEventListener("pong" as "message", () => pongs++);
  await agent.ask("register", card("a"));
  const seen = async () => (await agent.ask("list_nodes")).result[0].last_seen;
  const start = await seen();
  await using quiet = await open(hypivisor);
  await quiet.ask("register", card("quiet", 1));

  await until(async () => {
    raw.ping("hello");
    return await seen() >= start + 2;
  });

  assert(pongs > 0);
  // One that never pings stays as well, however short the time to live.
  const nodes = (await agent.ask("list_nodes")).result;
  assertEquals(nodes.map((node: { status: string }) => node.status), [
    "active",
    "active",
  ]);
});

test("folders are listed below home, in natural order, through safe links", async () => {
  const place = mkdtempSync(join(tmpdir(), "home-test-"));
  const home = join(place, "home");
  for (const name of ["a10", "a9", "B", ".hidden", "c/inner"]) {
    mkdirSync(join(home, name), { recursive: true });
  }
  mkdirSync(join(place, "home-next"));
  symlinkSync(join(home, "c"), join(home, "link-in"));
  symlinkSync(join(place, "home-next"), join(home, "link-out"));
  symlinkSync(join(home, "nowhere"), join(home, "link-dead"));
  symlinkSync(home, join(place, "linked-home"));
  await Bun.write(join(home, "file.txt"), "");
  try {
    await using hypivisor = await Hypivisor.start({
      env: { HOME: join(place, "linked-home") },
    });
    await using client = await open(hypivisor);
    const list = (params?: unknown) => client.ask("list_directories", params);

    assertEquals((await list()).result, {
      current: home,
      directories: ["a9", "a10", "B", "c", "link-in"],
    });
    assertEquals((await list({ path: 7 })).result.current, home);
    assertEquals((await list({ path: join(home, "link-in") })).result, {
      current: join(home, "c"),
      directories: ["inner"],
    });
    const outside = "Path resolves outside home directory";
    for (
      const path of [
        "/",
        `${home}/..`,
        join(place, "home-next"),
        join(home, "link-out"),
      ]
    ) assertEquals((await list({ path })).error, outside, path);
    const missing = "Invalid path: No such file or directory (os error 2)";
    for (const path of ["", join(home, "gone"), `${home}/x\0y`]) {
      const { error } = await list({ path });
      if (path.includes("\0")) assert(error.startsWith("Invalid path: "));
      else assertEquals(error, missing, path);
    }
    assertEquals(
      (await list({ path: join(home, "file.txt") })).error,
      "Cannot read directory: Not a directory (os error 20)",
    );
  } finally {
    rmSync(place, { recursive: true, force: true });
  }
});

test("fast callers are answered side by side, each with its own id", async () => {
  await using hypivisor = await Hypivisor.start();
  await using client = await open(hypivisor);
  const replies = await Promise.all(
    Array.from({ length: 100 }, () => client.ask("ping")),
  );

  assertEquals(new Set(replies.map(({ id }) => id)).size, 100);
  assert(replies.every(({ result }) => result.status === "healthy"));
});

test("many daemons run side by side, quiet on stdout, ended by SIGTERM", async () => {
  await using first = await Hypivisor.start();
  await using second = await Hypivisor.start({ dataDir: first.dataDir });
  assert(first.stderr.includes("Hypivisor online"));
  assert(first.port !== second.port);
  assertEquals(second.token, first.token);
  await using _client = await open(second);

  const asked = performance.now();
  assertEquals(await second.stop(), 0);
  assert(performance.now() - asked < 5_000);
  assertEquals(first.stdout + second.stdout, "");
});
