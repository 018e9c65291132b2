import { test } from "bun:test";
import { signal } from "@preact/signals";
import { assert, assertEquals } from "@std/assert";
import type { Receipt } from "../../server/protocol/event.ts";
import type { NodeId } from "../../server/protocol/node.ts";
import { CallRefused, LinkLost } from "../rpc.ts";
import { MemoryStorage } from "../storage.ts";
import { besidesQueue, OutboxModel } from "./outbox.ts";

const NODE = "k3f9" as NodeId;
const TEXT = { text: "go on", mode: "steer", attachments: [] } as const;

function openOutbox(storage = new MemoryStorage()) {
  const isReachable = signal(false);
  const receipts = signal<ReadonlyMap<string, Receipt>>(new Map());
  const promptIds = signal<ReadonlySet<string>>(new Set());
  const calls: { id?: string; text: string }[] = [];
  const answers: PromiseWithResolvers<Receipt>[] = [];
  const timers: (() => void)[] = [];
  let ids = 0;
  const outbox = new OutboxModel({
    node: NODE,
    link: {
      isReachable,
      prompt(params) {
        calls.push(params);
        const answer = Promise.withResolvers<Receipt>();
        answers.push(answer);
        return answer.promise;
      },
    },
    arrivals: { receipts, promptIds },
    storage,
    port: {
      now: () => 5,
      newId: () => `p${++ids}`,
      after: (_ms, run) => timers.push(run),
    },
  });
  return {
    outbox,
    isReachable,
    receipts,
    promptIds,
    calls,
    answers,
    storage,
    timers,
  };
}

/** Lets what was answered be heard. */
async function settle(): Promise<void> {
  for (let i = 0; i < 5; i++) await Promise.resolve();
}

test("a prompt written while the link is down goes out when it is up", () => {
  const { outbox, isReachable, calls } = openOutbox();
  outbox.send(TEXT);
  assertEquals(calls, []);

  isReachable.value = true;
  assertEquals(calls.map(({ id, text }) => [id, text]), [["p1", "go on"]]);
  assertEquals(outbox.prompts.value[0]?.state, "sent");
});

test("a prompt cut off goes out again with its id, once a link", async () => {
  const { outbox, isReachable, calls, answers } = openOutbox();
  isReachable.value = true;
  outbox.send(TEXT);
  isReachable.value = false;
  answers[0]?.reject(new LinkLost("Connection lost"));
  await settle();
  assertEquals(outbox.prompts.value[0]?.state, "unsent");

  isReachable.value = true;
  assertEquals(calls.map(({ id }) => id), ["p1", "p1"]);
});

test("a prompt to an agent that is not back yet waits for it", async () => {
  const { outbox, isReachable, calls, answers } = openOutbox();
  isReachable.value = true;
  outbox.send(TEXT);
  answers[0]?.reject(new CallRefused("unavailable", "Agent is offline"));
  await settle();
  assertEquals(outbox.prompts.value[0]?.state, "unsent");
  assertEquals(calls.length, 1);

  isReachable.value = false;
  isReachable.value = true;
  assertEquals(calls.map(({ id }) => id), ["p1", "p1"]);
});

test("a prompt that the agent did not answer goes out again later", async () => {
  const { outbox, isReachable, calls, answers, timers } = openOutbox();
  isReachable.value = true;
  outbox.send(TEXT);
  answers[0]?.reject(new CallRefused("unavailable", "Agent did not answer"));
  await settle();
  assertEquals(calls.length, 1);

  timers[0]?.();
  assertEquals(calls.map(({ id }) => id), ["p1", "p1"]);
});

test("a prompt stays until the transcript shows it", async () => {
  const { outbox, isReachable, answers, promptIds, storage } = openOutbox();
  isReachable.value = true;
  outbox.send(TEXT);
  answers[0]?.resolve({ id: "p1", state: "accepted" });
  await settle();
  assertEquals(outbox.prompts.value[0]?.state, "accepted");

  promptIds.value = new Set(["p1"]);
  assertEquals(outbox.prompts.value, []);
  assertEquals(storage.keys(""), []);
});

test("a command that leaves no trace ends with its receipt", () => {
  const { outbox, isReachable, receipts } = openOutbox();
  isReachable.value = true;
  outbox.send({ ...TEXT, text: "/reload" });

  receipts.value = new Map([["p1", { id: "p1", state: "done" }]]);
  assertEquals(outbox.prompts.value, []);
});

test("a refused prompt says why and can be sent as a new one", async () => {
  const { outbox, isReachable, answers, calls } = openOutbox();
  isReachable.value = true;
  outbox.send(TEXT);
  answers[0]?.reject(new CallRefused("conflict", "The agent is gone"));
  await settle();
  assertEquals(outbox.prompts.value[0]?.reason, "The agent is gone");

  outbox.retry("p1");
  assertEquals(calls.map(({ id }) => id), ["p1", "p2"]);
  assertEquals(outbox.prompts.value[0]?.reason, undefined);
});

test("what was not sent survives a reload; lost files are told", () => {
  const { outbox, storage } = openOutbox();
  outbox.send(TEXT);
  outbox.send({
    ...TEXT,
    attachments: [{ name: "a.png", mimeType: "image/png", data: "" }],
  });

  const again = openOutbox(storage);
  assertEquals(
    again.outbox.prompts.value.map(({ id, state }) => [id, state]),
    [["p1", "unsent"], ["p2", "refused"]],
  );
});

test("take() gives a prompt back to be edited, and forgets it", () => {
  const { outbox } = openOutbox();
  outbox.send(TEXT);

  assertEquals(outbox.take("p1"), "go on");
  assertEquals(outbox.take("p1"), undefined);
  assertEquals(outbox.prompts.value, []);
});

test("send() refuses when far too many wait", () => {
  const { outbox } = openOutbox();
  for (let i = 0; i < 50; i++) assert(outbox.send(TEXT));
  assert(!outbox.send(TEXT));
});

test("besidesQueue() leaves out what the agent's own queue shows", () => {
  const { outbox } = openOutbox();
  outbox.send(TEXT);
  outbox.send(TEXT);
  const queue = [{ id: "p1", text: "go on", mode: "steer" } as const];
  assertEquals(
    besidesQueue(outbox.prompts.value, queue).map(({ id }) => id),
    ["p2"],
  );
});

test("takeLast() takes back the newest that is not on its way", () => {
  const { outbox } = openOutbox();
  assertEquals(outbox.takeLast(), undefined);
  outbox.send(TEXT);
  outbox.send({ ...TEXT, text: "and then" });
  assertEquals(outbox.takeLast(), "and then");
  assertEquals(outbox.prompts.value.map(({ id }) => id), ["p1"]);
});
