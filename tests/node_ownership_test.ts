/** Which socket a node belongs to, and what the others may do to it. */

import { assertEquals } from "@std/assert";
import { test } from "bun:test";

import { FakeAgent } from "./harness/fake_agent.ts";
import { Hypivisor } from "./harness/hypivisor.ts";
import { card, open, story } from "./harness/legacy_client.ts";
import { until } from "./harness/until.ts";

test("two that claim one port do not evict each other for ever", async () => {
  await using hypivisor = await Hypivisor.start();
  await using first = await open(hypivisor);
  await first.ask("register", card("a"));
  await using second = await open(hypivisor);
  await second.ask("register", card("b"));
  await first.whenClosed();

  await using back = await open(hypivisor);
  await back.ask("register", card("a"));

  const { result } = await back.ask("list_nodes");
  assertEquals(result.map(({ id }: { id: string }) => id), ["a", "b"]);
  assertEquals(second.closed, undefined);
});

test("agents may share a folder, and a port on different machines", async () => {
  await using hypivisor = await Hypivisor.start();
  await using client = await open(hypivisor);
  await client.ask("register", card("a", 8080));
  await client.ask("register", card("b", 8081));
  await client.ask("register", { ...card("c", 8080), machine: "nuc" });

  const { result } = await client.ask("list_nodes");
  assertEquals(result.length, 3);
});

test("who registered may remove only its own, who never did may remove any", async () => {
  await using hypivisor = await Hypivisor.start();
  await using first = await open(hypivisor);
  await using second = await open(hypivisor);
  await using admin = await open(hypivisor);
  await first.ask("register", card("a", 1));
  await second.ask("register", card("b", 2));

  const refused = await first.ask("deregister", { id: "b" });
  assertEquals(refused.error, "Unauthorized: cannot deregister another node");
  const removed = await admin.ask("deregister", { id: "b" });
  assertEquals(removed.result, { status: "deregistered" });
  const own = await first.ask("deregister", { id: "a" });
  assertEquals(own.result, { status: "deregistered" });

  // A deregistered agent that goes away is no news.
  second.close();
  first.close();
  await second.whenClosed();
  await first.whenClosed();
  await admin.ask("ping");
  assertEquals(story(admin).filter((line) => !line.startsWith("reply")), [
    "node_joined a",
    "node_joined b",
    "node_removed b",
    "node_removed a",
  ]);
});

test("the late death of a socket does not touch the agent's new one", async () => {
  await using hypivisor = await Hypivisor.start();
  await using client = await open(hypivisor);
  await using old = await open(hypivisor);
  await old.ask("register", card("a"));
  await using fresh = await open(hypivisor);
  await fresh.ask("register", card("a"));
  await old.whenClosed();

  const [node] = (await client.ask("list_nodes")).result;
  assertEquals(node.status, "active");
  assertEquals(client.events.map(({ event }) => event), [
    "init",
    "node_joined",
    "node_joined",
  ]);

  fresh.close();
  await client.frame(({ event }) => event === "node_offline");
});

test("all that one socket registered goes offline with it", async () => {
  await using hypivisor = await Hypivisor.start();
  await using client = await open(hypivisor);
  await using agent = await open(hypivisor);
  await agent.ask("register", card("a", 1));
  await agent.ask("register", card("b", 2));

  agent.close();

  await client.frame(({ event, id }) => event === "node_offline" && id === "a");
  await client.frame(({ event, id }) => event === "node_offline" && id === "b");
});

test("an id belongs to one socket, whichever dialect it speaks", async () => {
  await using hypivisor = await Hypivisor.start();
  await using client = await open(hypivisor);
  await using original = await open(hypivisor);
  await original.ask("register", card("a"));
  await using agent = new FakeAgent(() => hypivisor.socketUrl("/ws"), {
    id: "a",
  });
  await until(() => agent.refusals.length > 0);
  assertEquals(agent.refusals[0], "Node id in use");

  original.close();
  await until(() => agent.isLinked);
  await using late = await open(hypivisor);
  const { error } = await late.ask("register", card("a"));
  assertEquals(error, "Node id in use");
  late.close();
  await late.whenClosed();

  const [node] = (await client.ask("list_nodes")).result;
  assertEquals([node.id, node.status, node.port], ["a", "active", 0]);
});

test("a socket that turns into an uplink gives up what it registered", async () => {
  await using hypivisor = await Hypivisor.start();
  await using client = await open(hypivisor);
  await using socket = await open(hypivisor);
  await socket.ask("register", card("a"));

  socket.send({
    id: "reg",
    method: "register",
    params: {
      ...card("b", 0),
      uplink: 2,
      epoch: "e",
      sessionId: "s",
      pi: "1.5.2",
      capabilities: [],
    },
  });

  const reply = await socket.frame(({ id }) => id === "reg");
  assertEquals(reply.result.uplink, 2);
  await client.frame(({ event, id }) => event === "node_offline" && id === "a");
});
