import { assertEquals, assertThrows } from "@std/assert";
import { test } from "bun:test";
import type { NodeCard, NodeId } from "../protocol/node.ts";
import type { TerminalId } from "../protocol/terminal.ts";
import { FORGET_AFTER_MS, Registry, type RegistryChange } from "./registry.ts";

const TTL_MS = 30_000;

function card(id: string, port = 0): NodeCard {
  return {
    id: id as NodeId,
    machine: "mbp",
    cwd: "/home/ada/shop",
    port,
    pid: 4242,
  };
}

function watch(registry: Registry): string[] {
  const seen: string[] = [];
  registry.onChange((change: RegistryChange) =>
    seen.push(`${change.type} ${change.id}`)
  );
  return seen;
}

test("Registry.register() keeps agents that share a directory apart", () => {
  const registry = new Registry(TTL_MS);
  registry.register(card("a"), {}, 0);
  registry.register(card("b"), {}, 0);

  assertEquals(registry.list().map((node) => node.id), ["a", "b"] as NodeId[]);
});

test("Registry.register() evicts another id at the same machine and port", () => {
  const registry = new Registry(TTL_MS);
  const seen = watch(registry);
  registry.register(card("a", 8080), {}, 0);

  assertEquals(registry.register(card("b", 8080), {}, 1), ["a"] as NodeId[]);
  assertEquals(seen, ["joined a", "unlisted a", "joined b"]);
  assertEquals(registry.legacyList().map((node) => node.id), ["b"]);
});

test("Registry.register() grants a truce to two that claim one port", () => {
  const registry = new Registry(TTL_MS);
  registry.register(card("a", 8080), {}, 0);
  registry.register(card("b", 8080), {}, 1);

  assertEquals(registry.register(card("a", 8080), {}, 2), []);
  assertEquals(registry.legacyList().length, 2);
});

test("Registry.lose() then sweep() unlists, then forgets", () => {
  const registry = new Registry(TTL_MS);
  const seen = watch(registry);
  const { id } = card("a");
  registry.register(card("a"), {}, 0);

  registry.lose(id, "link_closed", 10);
  assertEquals(registry.get(id).state, {
    kind: "offline",
    since: 10,
    reason: "link_closed",
  });
  registry.sweep(10 + TTL_MS);
  assertEquals(registry.legacyList().length, 1);

  registry.sweep(11 + TTL_MS);
  assertEquals(registry.legacyList(), []);
  assertEquals(registry.list().length, 1);

  registry.sweep(11 + FORGET_AFTER_MS);
  assertThrows(() => registry.get(id), Error, 'Cannot find node "a"');
  assertEquals(seen, ["joined a", "offline a", "unlisted a", "forgotten a"]);
});

test("Registry.act() calls a finished run done until somebody looks", () => {
  const registry = new Registry(TTL_MS);
  const { id } = card("a");
  registry.register(card("a"), {}, 0);
  assertEquals(registry.get(id).state.kind, "starting");

  registry.act(id, { kind: "working", since: 1 }, undefined);
  assertEquals(registry.get(id).state.kind, "working");
  registry.act(id, { kind: "idle", since: 2 }, { at: 2, summary: "Made it" });
  assertEquals(registry.get(id).state, {
    kind: "done",
    since: 2,
    summary: "Made it",
  });

  registry.see(id);
  assertEquals(registry.get(id).state, { kind: "idle", since: 2 });
});

test("Registry.heard() tells nobody", () => {
  const registry = new Registry(TTL_MS);
  registry.register(card("a"), {}, 0);
  const seen = watch(registry);

  registry.heard(card("a").id, 5_000);
  assertEquals(seen, []);
  assertEquals(registry.legacyList()[0]?.last_seen, 5);
});

test("Registry.forget() refuses a node whose agent runs", () => {
  const registry = new Registry(TTL_MS);
  registry.register(card("a"), {}, 0);

  assertThrows(
    () => registry.forget(card("a").id),
    Error,
    'Cannot forget node "a": its agent is running',
  );
});

test("Registry.restore() brings a kept node back as offline", () => {
  const registry = new Registry(TTL_MS);
  registry.restore(
    { card: card("a"), details: { pi: "1.5.2" }, joinedAt: 1, heardAt: 2 },
    3,
  );

  const node = registry.get(card("a").id);
  assertEquals(node.state.kind, "offline");
  assertEquals(node.pi, "1.5.2");
});

test("Registry.spawn() has a node starting, for our clients only", () => {
  const registry = new Registry(TTL_MS);
  const seen = watch(registry);
  const { id } = card("a");
  registry.spawn(card("a"), { session: { id: "a" } }, 5);
  assertEquals(registry.get(id).state, { kind: "starting", since: 5 });
  assertEquals(registry.legacyList(), []);
  assertEquals(registry.isLive(id), false);

  registry.setTerminal(id, "t" as TerminalId);
  registry.ask(id, "Trust project folder?");
  assertEquals(registry.get(id).state, {
    kind: "waiting",
    since: 5,
    question: "Trust project folder?",
  });
  registry.ask(id, undefined);
  assertEquals(registry.get(id).state.kind, "starting");
  assertThrows(() => registry.forget(id), Error, "its agent is running");
  registry.sweep(FORGET_AFTER_MS * 2);

  registry.register(card("a", 8080), {}, 9);
  const node = registry.get(id);
  assertEquals(node.state, { kind: "starting", since: 9 });
  assertEquals(node.terminal, "t" as TerminalId);
  assertEquals(node.session, { id: "a" });
  assertEquals(registry.legacyList().map((node) => node.id), ["a"]);
  registry.fail(id, "too late", 10);
  registry.ask(id, "too late");
  assertEquals(registry.isLive(id), true);
  assertEquals(seen.filter((line) => line !== "changed a"), ["joined a"]);
});

test("Registry.fail() keeps a node that did not start until it is forgotten", () => {
  const registry = new Registry(TTL_MS);
  const { id } = card("a");
  registry.spawn(card("a"), {}, 5);
  registry.fail(id, "Cannot find pi", 6);
  assertEquals(registry.get(id).state, {
    kind: "error",
    since: 6,
    message: "Cannot find pi",
  });
  registry.sweep(6 + FORGET_AFTER_MS);
  assertEquals(registry.list().length, 1);
  registry.spawn(card("a"), {}, 7);
  assertEquals(registry.get(id).state.kind, "starting");
  registry.fail(id, "again", 8);
  registry.forget(id);
  assertEquals(registry.list(), []);
});

test("Registry.spawn() takes a node that was away off the original's list", () => {
  const registry = new Registry(TTL_MS);
  registry.register(card("a"), { pi: "1.5.2" }, 0);
  registry.lose(card("a").id, "quit", 1);
  const seen = watch(registry);
  registry.spawn(card("a"), {}, 2);
  assertEquals(seen, ["unlisted a", "changed a"]);
  assertEquals(registry.get(card("a").id).pi, "1.5.2");
  assertEquals(registry.get(card("a").id).joinedAt, 0);
});
