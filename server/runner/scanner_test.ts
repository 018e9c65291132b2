import { expect, test } from "bun:test";
import { Scanner, type Told } from "./scanner.ts";

const encoder = new TextEncoder();

function scan(...chunks: (string | Uint8Array)[]): Told[] {
  const told: Told[] = [];
  const scanner = new Scanner((one) => told.push(one));
  for (const chunk of chunks) {
    scanner.push(typeof chunk === "string" ? encoder.encode(chunk) : chunk);
  }
  return told;
}

const STREAM = "text\x1b]0;größe\x07\x07 \x1b[31mred\x1b]2;two\x1b\\\x1b]7;" +
  "file://host/home/a%20b\x1b\\\x1b]7501;state=working:app=pi:msg=" +
  Buffer.from("Läuft").toString("base64") + "\x1b\\\x1b]7501;state=clear\x07";

const TOLD: Told[] = [
  { type: "title", title: "größe" },
  { type: "bell" },
  { type: "title", title: "two" },
  { type: "cwd", cwd: "/home/a b" },
  {
    type: "status",
    status: { state: "working", app: "pi", message: "Läuft" },
  },
  { type: "status", status: undefined },
];

test("Scanner finds the same however the stream is cut", () => {
  const stream = encoder.encode(STREAM);

  expect(scan(stream)).toEqual(TOLD);
  for (const size of [1, 2, 3, 7, 20]) {
    const chunks: Uint8Array[] = [];
    for (let at = 0; at < stream.length; at += size) {
      chunks.push(stream.subarray(at, at + size));
    }
    expect(scan(...chunks)).toEqual(TOLD);
  }
});

test("Scanner hears one bell per piece of text, none that ends a sequence", () => {
  expect(scan("\x07\x07\x07")).toEqual([{ type: "bell" }]);
  expect(scan("\x1b]0;a\x07")).toEqual([{ type: "title", title: "a" }]);
  expect(scan("\x1b]52;c;eA==\x07")).toEqual([]);
});

test("Scanner lets nothing through that does harm, and goes on after it", () => {
  const after = "\x1b]0;after\x07";
  const title = { type: "title", title: "after" } as const;

  expect(scan(`\x1b]0;${"x".repeat(5_000)}\x07${after}`)).toEqual([title]);
  expect(scan(...Array(50).fill("\x1b]0;" + "x".repeat(200)), `\x07${after}`))
    .toContainEqual(title);
  expect(scan(`\x1b]0;broken\x18${after}`)).toEqual([title]);
  expect(scan("\x1b]0;a\nb\u202ec\x07")).toEqual([
    { type: "title", title: "a b c" },
  ]);
  expect(scan(`\x1b]0;${"y".repeat(900)}\x07`)).toEqual([
    { type: "title", title: "y".repeat(200) },
  ]);
  expect(scan("\x1b]0;\x07")).toEqual([{ type: "title", title: undefined }]);
  for (
    const bad of [
      "7;relative",
      "7;file://host",
      "7;file:///a%ZZ",
      "7;file:///a%0Ab",
      "7501;state=flying:app=pi",
      "7501;state=idle",
      "7501;",
      "nonsense",
    ]
  ) expect(scan(`\x1b]${bad}\x07`)).toEqual([]);
});
