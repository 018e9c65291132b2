import { test } from "bun:test";
import { assertEquals } from "@std/assert";
import { ToolRuns } from "./tool_runs.ts";

function result(text: string) {
  return { content: [{ type: "text", text }] };
}

test("ToolRuns.outputs() sends what follows the part that still stands", () => {
  const tools = new ToolRuns();
  tools.start("t1", "bash", { command: "ls" }, 0);

  tools.update("t1", result("one\n"));
  const first = tools.outputs(0);
  tools.update("t1", result("one\ntwo\n"));
  const tooSoon = tools.outputs(50);
  const second = tools.outputs(100);
  tools.update("t1", result("one\nTWO\n"));
  const rewritten = tools.outputs(200);

  const output = (keep: number, text: string) => ({
    type: "output" as const,
    id: "t1",
    keep,
    text,
  });
  assertEquals(first, [output(0, "one\n")]);
  assertEquals(tooSoon, []);
  assertEquals(second, [output(4, "two\n")]);
  assertEquals(rewritten, [output(4, "TWO\n")]);
  assertEquals(tools.list()[0]?.output, "one\nTWO\n");
});

test("ToolRuns.outputs() makes a rewritten screenful wait in proportion", () => {
  const tools = new ToolRuns();
  tools.start("t1", "bash", {}, 0);
  tools.update("t1", result("a".repeat(64_000)));
  tools.outputs(0);
  tools.update("t1", result("b".repeat(64_000)));
  assertEquals(tools.outputs(900), []);
  assertEquals(tools.outputs(1_000).length, 1);
});

test("ToolRuns.end() tells how it ended and leaves the output as shown", () => {
  const tools = new ToolRuns();
  tools.start("t1", "bash", {}, 10);
  tools.update("t1", result("out"));
  tools.outputs(10);
  const change = tools.end("t1", true, 35);
  assertEquals(change?.type === "tool" && change.tool, {
    id: "t1",
    name: "bash",
    args: {},
    state: "failed",
    startedAt: 10,
    durationMs: 25,
    output: "",
  });
  assertEquals(tools.list()[0]?.output, "out");
  assertEquals(tools.running(), []);
});
