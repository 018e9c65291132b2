import { assertEquals, assertThrows } from "@std/assert";
import { test } from "bun:test";
import { readTerminalQuery, readTerminalUp } from "./read_terminal.ts";

test("readTerminalUp() reads the three frames, and refuses all else", () => {
  assertEquals(readTerminalUp('{"type":"ack","offset":7,"x":1}'), {
    type: "ack",
    offset: 7,
  });
  assertEquals(readTerminalUp('{"type":"size","cols":80,"rows":24}'), {
    type: "size",
    cols: 80,
    rows: 24,
  });
  assertEquals(readTerminalUp('{"type":"claim"}'), { type: "claim" });
  const wrong = [
    "",
    "ls\r",
    "null",
    "[]",
    "{}",
    '{"type":"bye"}',
    '{"type":"constructor"}',
    '{"type":"ack"}',
    '{"type":"ack","offset":-1}',
    '{"type":"ack","offset":1e300}',
    '{"type":"ack","offset":"1"}',
    '{"type":"size","cols":0,"rows":24}',
    '{"type":"size","cols":80,"rows":1001}',
    '{"type":"size","cols":80.5,"rows":24}',
  ];
  for (const json of wrong) assertThrows(() => readTerminalUp(json), Error);
});

test("readTerminalQuery() reads what is there", () => {
  const read = (query: string) => readTerminalQuery(new URLSearchParams(query));
  assertEquals(read(""), { readOnly: false, name: "a program" });
  assertEquals(
    read("stream=s&offset=5&cols=80&rows=24&readonly=1&name=Ada%0a%1b[31m"),
    {
      place: { stream: "s", offset: 5 },
      size: { cols: 80, rows: 24 },
      readOnly: true,
      name: "Ada [31m",
    },
  );
  for (const place of ["stream=s", "offset=5", "stream=s&offset=-1"]) {
    assertEquals("place" in read(place), false);
  }
  for (const size of ["cols=80", "cols=0&rows=1", "cols=x&rows=1"]) {
    assertThrows(() => read(size), Error);
  }
  assertEquals(read(`name=${"x".repeat(500)}`).name.length, 100);
});
