/** `spawn_agent` as clients of the original call it: its results and errors. */

import { assertEquals, assertMatch } from "@std/assert";
import { test } from "bun:test";
import { existsSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { SpawnScene } from "./harness/spawn_scene.ts";
import { TestSocket } from "./harness/socket.ts";
import { until } from "./harness/until.ts";

test("spawn_agent answers the original's clients in its words", async () => {
  await using scene = await SpawnScene.start({ pi: "exec sleep 1000" });
  const { hypivisor, home } = scene;
  await using old = await TestSocket.open(hypivisor.socketUrl("/ws"));
  await old.frame(({ event }) => event === "init");
  writeFileSync(join(home.work, "file"), "");
  symlinkSync("/", join(home.work, "out"));
  const { work } = home;

  const refused: [unknown, string | RegExp][] = [
    [undefined, "Missing params"],
    [null, "Missing params"],
    [{}, "Missing params"],
    [{ path: 7 }, "Missing params"],
    [{ new_folder: "x" }, "Missing params"],
    [{ path: join(work, "no") }, "Path does not exist"],
    [{ path: "/no/such/place" }, "Path does not exist"],
    [{ path: "/" }, "Path resolves outside home directory"],
    [{ path: join(work, "out") }, "Path resolves outside home directory"],
    [
      { path: work, new_folder: "/hypivisor-test-never" },
      "Path resolves outside home directory",
    ],
    [
      { path: work, new_folder: "../../../../hypivisor-test-never" },
      "Path resolves outside home directory",
    ],
    [
      { path: work, new_folder: "file/x" },
      "Failed to create directory: Not a directory (os error 20)",
    ],
    [
      { path: join(work, "file") },
      "Failed to spawn: Not a directory (os error 20)",
    ],
    [{ path: `${work}/\0` }, /^Invalid path: /],
  ];
  for (const [params, error] of refused) {
    const reply = await old.ask("spawn_agent", params);
    const { id: _, ...rest } = reply;
    assertEquals(Object.keys(rest), ["error"], JSON.stringify(params));
    if (typeof error === "string") assertEquals(rest.error, error);
    else assertMatch(rest.error, error);
  }
  assertEquals(existsSync("/hypivisor-test-never"), false);

  mkdirSync(join(work, "shop"));
  symlinkSync(join(work, "shop"), join(work, "link"));
  const { result } = await old.ask("spawn_agent", {
    path: join(work, "link"),
    new_folder: "  a/b ",
  });
  assertEquals(result.status, "spawning");
  assertEquals(result.path, join(work, "shop/a/b"));

  // Not registered: nothing is told of it, and nothing is listed.
  const ping = await old.ask("ping");
  assertEquals(ping.result.nodes, 0);
  assertEquals((await old.ask("list_nodes")).result, []);
  assertEquals(old.events.filter(({ event }) => event !== "init"), []);
  const [node] = await scene.nodes();
  assertEquals(node?.state.kind, "starting");
}, 30_000);

test(
  "a pi that is spawned by the original's client joins as it expects",
  async () => {
    await using scene = await SpawnScene.start();
    await using old = await TestSocket.open(scene.hypivisor.socketUrl("/ws"));
    const { result } = await old.ask("spawn_agent", { path: scene.home.work });
    const joined = await until(
      () => old.events.find(({ event }) => event === "node_joined"),
      { withinMs: 15_000 },
    );
    assertEquals(joined.node.id, result.node);
    assertEquals(joined.node.status, "active");
    assertEquals(joined.node.cwd, scene.home.work);
  },
  30_000,
);

test("a missing pi is a failed spawn, as there", async () => {
  await using scene = await SpawnScene.start({ pi: null });
  await using old = await TestSocket.open(scene.hypivisor.socketUrl("/ws"));
  const { error } = await old.ask("spawn_agent", { path: scene.home.work });
  assertMatch(error, /^Failed to spawn: /);
}, 30_000);
