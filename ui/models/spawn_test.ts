import { test } from "bun:test";
import { signal } from "@preact/signals";
import { assertEquals, assertMatch } from "@std/assert";
import type { NodeId, NodeRecord } from "../../server/protocol/node.ts";
import { CallRefused } from "../rpc.ts";
import { MemoryStorage } from "../storage.ts";
import { SpawnModel } from "./spawn.ts";

const FOLDERS: Record<string, readonly string[]> = {
  "/home/ada": ["src"],
  "/home/ada/src": ["hyper-pi", "shop"],
  "/home/ada/src/shop": [],
};

const ENDED: NodeRecord = {
  id: "n1" as NodeId,
  machine: "mbp",
  cwd: "/home/ada/src/shop",
  port: 0,
  joinedAt: 0,
  state: { kind: "offline", since: 5, reason: "quit" },
  session: { id: "s1", file: "/sessions/s1.jsonl" },
};

function openForm(storage = new MemoryStorage()) {
  const calls: unknown[] = [];
  const server = { refusal: undefined as Error | undefined };
  const call = (method: string, params: { path?: string }) => {
    if (method === "list_directories") {
      const current = params.path ?? "/home/ada";
      const directories = FOLDERS[current];
      return directories
        ? Promise.resolve({ current, directories })
        : Promise.reject(new CallRefused("bad_request", "Invalid path: no"));
    }
    calls.push({ method, ...params });
    return server.refusal
      ? Promise.reject(server.refusal)
      : Promise.resolve({ node: "n2", terminal: "t2", status: "spawning" });
  };
  const form = new SpawnModel({
    call: call as never,
    nodes: signal([ENDED]),
    machine: signal("mbp"),
    storage,
  });
  form.open();
  return { form, calls, server, storage };
}

/** Lets the answers of calls arrive. */
const settle = () => new Promise((done) => setTimeout(done, 0));

test("the form starts an agent in a folder that was typed and completed", async () => {
  const { form, calls } = openForm();
  await settle();
  form.write("~/src/sh");
  await settle();
  assertEquals(form.active.value, 0);
  form.take(form.rows.value[0]);
  await settle();
  assertEquals(form.draft.value.folder, "~/src/shop/");
  assertEquals(form.folder.value, "/home/ada/src/shop");

  form.setMessage("  hello ");
  form.setModel("openai/gpt");
  form.setThinking("high");
  assertEquals((await form.start())?.node, "n2" as NodeId);
  assertEquals(calls, [{
    method: "spawn_agent",
    path: "/home/ada/src/shop",
    prompt: "hello",
    model: "openai/gpt",
    thinking: "high",
  }]);
});

test("the form makes a folder only when told to", async () => {
  const { form, calls } = openForm();
  await settle();
  form.write("~/src/new");
  await settle();
  assertEquals(await form.start(), undefined);
  assertEquals(form.failure.value?.field, "folder");
  assertEquals(calls, []);

  form.take(form.rows.value.at(-1));
  assertEquals(form.creates.value, true);
  await form.start();
  assertEquals(calls, [{
    method: "spawn_agent",
    path: "/home/ada/src",
    new_folder: "new",
  }]);
});

test("the form goes on with the last session of the folder", async () => {
  const { form, calls } = openForm();
  await settle();
  form.write("~/src/shop/");
  await settle();
  assertEquals(form.lastSession.value?.id, "n1" as NodeId);
  form.continues.value = true;
  await form.start();
  assertEquals(calls, [{
    method: "spawn_agent",
    path: "/home/ada/src/shop",
    session: "/sessions/s1.jsonl",
  }]);
});

test("what is refused stays in the form, beside its field, with the draft", async () => {
  const { form, server, storage } = openForm();
  await settle();
  form.write("~/src/shop/");
  form.setMessage("do it");
  await settle();
  server.refusal = new CallRefused("bad_request", "Unknown model: x");
  await form.start();
  assertEquals(form.failure.value, {
    field: "model",
    reason: "Unknown model: x",
  });
  assertEquals(form.isStarting.value, false);

  const again = openForm(storage).form;
  assertEquals(again.draft.value.message, "do it");
  assertMatch(again.draft.value.folder, /shop/);
});

test("a folder that cannot be listed says why", async () => {
  const { form } = openForm();
  await settle();
  form.write("/nowhere/");
  await settle();
  assertEquals(form.listing.value, {
    kind: "failed",
    reason: "Invalid path: no",
  });
});

test("up() goes to the parent, from a name or from a folder", async () => {
  const { form } = openForm();
  await settle();
  form.write("~/src/sh");
  form.up();
  assertEquals(form.draft.value.folder, "~/src/");
  form.up();
  assertEquals(form.draft.value.folder, "~/");
});
