import { test } from "bun:test";
import { assertEquals } from "@std/assert";
import { Prompts } from "./prompts.ts";

function sent(prompts: Prompts, id: string, text = id) {
  prompts.sent({ id, text, mode: "steer" }, 0);
}

test("Prompts follows a prompt from sent to done", () => {
  const prompts = new Prompts();
  sent(prompts, "p1");
  assertEquals(prompts.isSending(1), true);
  assertEquals(prompts.input("p1", "extension", undefined, 1), undefined);
  assertEquals(prompts.started("p1"), { id: "p1", state: "started" });
  assertEquals(prompts.isSending(1), false);
  assertEquals(prompts.settle(false), [{ id: "p1", state: "done" }]);
});

test("Prompts shows what pi queued, its own and what was typed", () => {
  const prompts = new Prompts();
  sent(prompts, "p1");
  const receipt = prompts.input("p1", "extension", "steer", 1);
  prompts.input("by hand", "interactive", "followUp", 1);

  assertEquals(receipt, { id: "p1", state: "queued" });
  assertEquals(prompts.queue, [
    { id: "p1", text: "p1", mode: "steer" },
    { text: "by hand", mode: "followUp" },
  ]);
  assertEquals(prompts.started("by hand"), undefined);
  assertEquals(prompts.queue.length, 1);
});

test("Prompts.settle() gives back what an abort put into the editor", () => {
  const prompts = new Prompts();
  sent(prompts, "p1");
  prompts.input("p1", "extension", "steer", 1);
  const [receipt] = prompts.settle(false);
  assertEquals(receipt?.state, "refused");
  assertEquals(prompts.queue, []);
});

test("Prompts.settle() keeps what stays queued", () => {
  const prompts = new Prompts();
  sent(prompts, "p1");
  prompts.input("p1", "extension", "steer", 1);
  assertEquals(prompts.settle(true), []);
  assertEquals(prompts.queue.length, 1);
});

test("Prompts.started() knows a template's prompt though its text is another", () => {
  const prompts = new Prompts();
  sent(prompts, "p1", "/review now");
  prompts.input("/review now", "extension", undefined, 1);
  assertEquals(prompts.started("Please review …")?.id, "p1");
});

test("Prompts.isSending() holds others up for two seconds at most", () => {
  const prompts = new Prompts();
  sent(prompts, "p1");
  assertEquals(prompts.isSending(1_999), true);
  assertEquals(prompts.isSending(2_000), false);
});

test("Prompts.sweep() gives up what pi never took", () => {
  const prompts = new Prompts();
  sent(prompts, "p1");
  assertEquals(prompts.sweep(true, false, 9_000), []);
  assertEquals(prompts.sweep(true, false, 10_001)[0]?.state, "refused");
});

test("Prompts.sweep() ends what another extension swallowed", () => {
  const prompts = new Prompts();
  sent(prompts, "p1");
  prompts.input("p1", "extension", undefined, 0);
  assertEquals(prompts.sweep(false, false, 6_000), []);
  assertEquals(prompts.sweep(true, false, 6_000), [{
    id: "p1",
    state: "done",
  }]);
});

test("Prompts.leave() ends everything with the session", () => {
  const prompts = new Prompts();
  sent(prompts, "p1");
  prompts.started("p1");
  sent(prompts, "p2");
  assertEquals(prompts.leave().map(({ state }) => state), ["done", "refused"]);
});

test("Prompts notices what was taken back from the queue of a busy pi", () => {
  const prompts = new Prompts();
  sent(prompts, "p1");
  prompts.input("p1", "extension", "steer", 1_000);
  assertEquals(prompts.sweep(false, true, 2_000), []);
  assertEquals(prompts.sweep(false, false, 3_000), []);
  assertEquals(prompts.queue.length, 1);
  const [receipt] = prompts.sweep(false, false, 6_000);
  assertEquals([receipt?.id, receipt?.state], ["p1", "refused"]);
  assertEquals(prompts.queue, []);
});

test("Prompts waits for a prompt that pi has only just queued", () => {
  const prompts = new Prompts();
  assertEquals(prompts.sweep(false, false, 1_000), []);
  sent(prompts, "p1");
  prompts.input("p1", "extension", "steer", 9_000);
  assertEquals(prompts.sweep(false, false, 9_001), []);
});

test("Prompts shows the beginning of a long one", () => {
  const prompts = new Prompts();
  sent(prompts, "p1", "x".repeat(900_000));
  prompts.input("x".repeat(900_000), "extension", "steer", 1);
  assertEquals(prompts.queue[0]?.text.length, 4_000);
});

test("Prompts forgets what pi refused at once", () => {
  const prompts = new Prompts();
  sent(prompts, "p1");
  prompts.forget("p1");
  assertEquals(prompts.isSending(1), false);
  assertEquals(prompts.sweep(true, false, 60_000), []);
});
