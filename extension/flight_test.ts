import { test } from "bun:test";
import { assertEquals } from "@std/assert";
import { Flight } from "./flight.ts";

function start() {
  return new Flight({ key: "assistant:1", startedAt: 1 });
}

test("Flight.apply() builds blocks from deltas alone", () => {
  const flight = start();
  const partial = { content: [{ type: "text", text: "runs ahead of it" }] };

  const begun = flight.apply({ type: "text_start", contentIndex: 0, partial });
  const one = flight.apply({ type: "text_delta", contentIndex: 0, delta: "a" });
  flight.apply({ type: "text_delta", contentIndex: 0, delta: "b", partial });

  const block = { kind: "text" as const, text: "" };
  assertEquals(begun, [{ type: "block", at: 0, block }]);
  assertEquals(one, [{ type: "delta", at: 0, text: "a" }]);
  assertEquals(flight.toJSON().blocks, [{ kind: "text", text: "ab" }]);
});

test("Flight.apply() opens a block for a delta that comes without a start", () => {
  const flight = start();
  const event = { type: "thinking_delta", contentIndex: 3, delta: "hm" };
  assertEquals(flight.apply(event).map(({ type }) => type), ["block", "delta"]);
  assertEquals(flight.toJSON().blocks, [{ kind: "thinking", text: "hm" }]);
});

test("Flight.apply() takes a block that arrives whole at its end, once", () => {
  const flight = start();
  flight.apply({ type: "text_start", contentIndex: 0 });
  flight.apply({ type: "text_end", contentIndex: 0, content: "whole" });
  flight.apply({ type: "text_end", contentIndex: 0, content: "whole" });
  assertEquals(flight.toJSON().blocks, [{ kind: "text", text: "whole" }]);
});

test("Flight.apply() names the tool of a tool block", () => {
  const flight = start();
  const content = [{ type: "toolCall", id: "c1", name: "bash" }];
  flight.apply({
    type: "toolcall_start",
    contentIndex: 0,
    partial: { content },
  });
  flight.apply({ type: "toolcall_delta", contentIndex: 0, delta: '{"a":' });
  assertEquals(flight.toJSON().blocks, [
    { kind: "tool", text: '{"a":', call: { id: "c1", name: "bash" } },
  ]);
});

test("Flight.apply() ignores events that are no part of a message", () => {
  assertEquals(start().apply({ type: "done" }), []);
});
