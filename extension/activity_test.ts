import { test } from "bun:test";
import { assertEquals } from "@std/assert";
import { Activity } from "./activity.ts";

const bash = {
  id: "t",
  name: "bash",
  args: { command: "bun test\nmore" },
  state: "running" as const,
  startedAt: 0,
  output: "",
};

test("Activity says what the agent works on", () => {
  const activity = new Activity(0);
  activity.work(5);
  activity.use(bash);
  assertEquals(activity.shape, {
    kind: "working",
    since: 5,
    doing: "bash bun test",
  });
  activity.use(undefined);
  assertEquals(activity.shape, { kind: "working", since: 5 });
  activity.settle(9);
  assertEquals(activity.shape, { kind: "idle", since: 9 });
});

test("Activity puts a question above work, and goes back to it", () => {
  const activity = new Activity(0);
  activity.work(1);
  activity.ask("Delete it?", 2);
  assertEquals(activity.shape.kind, "waiting");
  activity.answered();
  assertEquals(activity.shape, { kind: "working", since: 1 });
});

test("Activity ends in an error only if the newest answer did", () => {
  const activity = new Activity(0);
  activity.work(1);
  activity.ended("503 overloaded\nstack");
  activity.ended(undefined);
  activity.settle(3);
  assertEquals(activity.shape.kind, "idle");

  activity.work(4);
  activity.ended("503 overloaded\nstack");
  activity.settle(5);
  assertEquals(activity.shape, {
    kind: "error",
    since: 5,
    message: "503 overloaded",
  });
});
