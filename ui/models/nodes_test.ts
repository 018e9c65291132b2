import { test } from "bun:test";
import { signal } from "@preact/signals";
import { assert, assertEquals } from "@std/assert";
import type { NodeId, NodeRecord } from "../../server/protocol/node.ts";
import type { ClientPush } from "../../server/protocol/rpc.ts";
import type { LinkState } from "../link.ts";
import { NodesModel } from "./nodes.ts";

function node(id: string): NodeRecord {
  return {
    id: id as NodeId,
    machine: "mbp",
    cwd: "/home/ada/shop",
    port: 0,
    state: { kind: "idle", since: 0 },
    joinedAt: 0,
  };
}

function openNodes() {
  const state = signal<LinkState>({ kind: "connecting", attempt: 0 });
  let push: (frame: ClientPush) => void = () => {};
  const server = { version: "1", nodes: [node("a"), node("b")] };
  const model = new NodesModel({
    state,
    onPush(listener) {
      push = listener;
      return () => {};
    },
    call: () =>
      Promise.resolve(
        {
          ...server,
          machine: "mbp",
          capabilities: ["terminals"],
          terminals: [],
        } as never,
      ),
  });
  const connect = async () => {
    state.value = { kind: "open", since: 0 };
    await Promise.resolve();
    await Promise.resolve();
  };
  return { model, state, server, connect, push: (f: ClientPush) => push(f) };
}

test("NodesModel knows nothing until the server has told", async () => {
  const { model, connect } = openNodes();
  assert(!model.known.value);
  await connect();
  assert(model.known.value);
  assert(model.hasTerminals.value);
  assertEquals(model.all.value.map(({ id }) => id), ["a", "b"] as NodeId[]);
});

test("NodesModel keeps records that did not change as they are", async () => {
  const { model, connect, push } = openNodes();
  await connect();
  const [a] = model.all.value;
  push({ method: "node_set", params: { node: node("b") } });
  assert(model.all.value[0] === a);
});

test("NodesModel forgets a node, and may be told so twice", async () => {
  const { model, connect, push } = openNodes();
  await connect();
  const forget = { method: "node_forgotten", params: { id: "a" as NodeId } };
  push(forget as ClientPush);
  push(forget as ClientPush);
  assertEquals(model.all.value.map(({ id }) => id), ["b"] as NodeId[]);
});

test("NodesModel notices that the server was updated meanwhile", async () => {
  const { model, state, server, connect } = openNodes();
  await connect();
  assert(!model.outdated.value);
  state.value = { kind: "waiting", retryAt: 0, lastHeardAt: 0 };
  server.version = "2";
  await connect();
  assert(model.outdated.value);
});
