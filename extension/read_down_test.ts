import { test } from "bun:test";
import { assertEquals } from "@std/assert";
import { readDown } from "./read_down.ts";

test("readDown() takes each frame that the hub sends", () => {
  const frames = [
    { type: "ack", seq: 3 },
    { type: "watch", on: true },
    { type: "resync" },
    { type: "command", id: "a", command: { kind: "abort" } },
    { type: "command", id: "b", command: { kind: "rename", name: "x" } },
    {
      type: "command",
      id: "c",
      command: { kind: "prompt", text: "hi", mode: "steer", attachments: [] },
    },
    { type: "request", id: 1, method: "page", params: { bytes: 1 } },
  ];
  for (const frame of frames) assertEquals<unknown>(readDown(frame), frame);
});

test("readDown() leaves out attachments that are none", () => {
  const good = { name: "a", mimeType: "text/plain", data: "" };
  const command = { kind: "prompt", text: "hi", attachments: [good, null, {}] };
  const frame = readDown({ type: "command", id: "c", command });
  assertEquals<unknown>(frame, {
    type: "command",
    id: "c",
    command: { ...command, mode: "steer", attachments: [good] },
  });
});

test("readDown() gives nothing for what cannot be acted on", () => {
  const frames = [
    {},
    { type: "ack" },
    { type: "command" },
    { type: "command", id: "x", command: null },
    { type: "command", id: "x", command: { kind: "prompt" } },
    { type: "command", id: "", command: { kind: "abort" } },
    { type: "command", id: "x", command: { kind: "explode" } },
    { type: "request", id: "1", method: "page" },
    { type: "__proto__" },
  ];
  for (const frame of frames) assertEquals(readDown(frame), undefined);
});
