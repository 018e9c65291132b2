import { assertEquals } from "@std/assert";
import { test } from "bun:test";
import { Hubs } from "../hub/hubs.ts";
import { Metrics } from "../metrics.ts";
import { Registry } from "../registry/registry.ts";
import { noStore } from "../store/store.ts";
import { answerText, type OwnMethods } from "./answer.ts";
import type { Core } from "./core.ts";

const core: Core = {
  registry: new Registry(1_000),
  hubs: new Hubs(() => {}),
  store: noStore,
  metrics: new Metrics(),
  agents: new Map(),
  children: undefined,
  version: "1.2.3",
  machine: "mbp",
  capabilities: [],
  facts: () => {
    throw new Error("Nobody asks here");
  },
  shutdown: () => Promise.resolve(),
  now: () => 0,
};

async function answer(
  frame: unknown,
  own: OwnMethods = () => undefined,
): Promise<unknown> {
  const text = await answerText(
    typeof frame === "string" ? frame : JSON.stringify(frame),
    { core, caller: { subscribe() {} }, given: {}, own },
  );
  return text === undefined ? undefined : JSON.parse(text);
}

const healthy = { status: "healthy", nodes: 0, version: "1.2.3" };
const v2 = { jsonrpc: "2.0" };

test("answerText() answers each dialect in kind", async () => {
  assertEquals(await answer({ id: "a", method: "ping" }), {
    id: "a",
    result: healthy,
  });
  assertEquals(await answer({ method: "ping" }), { result: healthy });
  assertEquals(await answer({ ...v2, id: 1, method: "ping" }), {
    ...v2,
    id: 1,
    result: healthy,
  });
  assertEquals(await answer({ id: "a", method: "nope" }), {
    id: "a",
    error: "Method not found: nope",
  });
  assertEquals(await answer({ ...v2, id: 1, method: "nope" }), {
    ...v2,
    id: 1,
    error: {
      code: -32601,
      message: "Method not found: nope",
      data: { code: "not_found" },
    },
  });
});

test("answerText() does not answer notifications of JSON-RPC 2.0", async () => {
  assertEquals(await answer({ ...v2, method: "ping" }), undefined);
  assertEquals(await answer({ ...v2, method: "nope" }), undefined);
  assertEquals(await answer([{ ...v2, method: "ping" }]), undefined);
});

test("answerText() answers a batch with what is due, in order", async () => {
  const replies = await answer([
    { ...v2, id: 1, method: "ping" },
    { ...v2, method: "ping" },
    { id: "old", method: "ping" },
    7,
    { ...v2, id: 2 },
  ]) as { id?: unknown; error?: unknown }[];

  assertEquals(replies.map(({ id }) => id), [1, "old", undefined, 2]);
  assertEquals(replies.map(({ error }) => error !== undefined), [
    false,
    false,
    true,
    true,
  ]);
});

test("answerText() names what is wrong by JSON-RPC's own numbers", async () => {
  const codeOf = async (frame: unknown) =>
    (await answer(frame) as { error: { code: number } }).error.code;
  assertEquals(await codeOf({ ...v2, id: 1 }), -32600);
  assertEquals(await codeOf({ ...v2, id: {}, method: "ping" }), -32600);
  assertEquals(await codeOf([]), -32600);
  assertEquals(await codeOf({ ...v2, id: 1, method: "get_node" }), -32602);
  const params = { node: "nobody" };
  assertEquals(
    await codeOf({ ...v2, id: 1, method: "get_node", params }),
    -32003,
  );
});

test("answerText() hides what a bug says, and answers all the same", async () => {
  const bug: OwnMethods = () => Promise.reject(new Error("at /home/ada"));
  assertEquals(await answer({ id: "a", method: "x" }, bug), {
    id: "a",
    error: "Internal error",
  });
  const own: OwnMethods = ({ method }) =>
    method === "mine" ? Promise.resolve("ours") : undefined;
  assertEquals(await answer({ id: "a", method: "mine" }, own), {
    id: "a",
    result: "ours",
  });
});
