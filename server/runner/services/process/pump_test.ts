import { expect, test } from "bun:test";
import { closeSync, readdirSync, readlinkSync } from "node:fs";
import { makePipe } from "../../libc.ts";
import { type Pump, startPump } from "./pump.ts";

/**
 * Writes numbers to stdout, a line each: at times a line a write, at times in
 * large blocks, with pauses between them that end a flood, or do not.
 */
const TALKER = `
const { writeSync } = require("node:fs");
let n = 0;
const lines = (count) =>
  Array.from({ length: count }, () => n++ + "\\n").join("");
const write = (text) => {
  let bytes = Buffer.from(text);
  while (bytes.length > 0) bytes = bytes.subarray(writeSync(1, bytes));
};
for (let round = 0; round < 60; round++) {
  for (let i = 0; i < 300; i++) write(lines(1));
  if (round % 3 === 0) write(lines(60_000));
  for (let i = 0; i < 20; i++) { write(lines(1)); Bun.sleepSync(0.4); }
  Bun.sleepSync(round % 4 * 4);
}
`;

const COUNT = 60 * 320 + 20 * 60_000;

/** Those of other kinds belong to the loop, which opens them when it likes. */
function openPipes(): number {
  const links = readdirSync("/dev/fd").map((fd) => {
    try {
      return readlinkSync(`/dev/fd/${fd}`);
    } catch {
      return ""; // That of the reading itself.
    }
  });
  return links.filter((link) => link.startsWith("pipe:")).length;
}

function talk(
  script: string,
  take: (chunk: Uint8Array) => void,
): { pump: Pump; child: Bun.Subprocess } {
  const pipe = makePipe();
  if (!pipe) throw new Error("no pipe");
  const child = Bun.spawn([process.execPath, "-e", script], {
    stdio: ["ignore", pipe.writeFd, "inherit"],
  });
  closeSync(pipe.writeFd);
  return { pump: startPump(pipe.readFd, take), child };
}

test("startPump() hands on all of it in order, over floods and pauses", async () => {
  const before = openPipes();
  let rest = "";
  let next = 0;
  let wrong = 0;
  const { pump } = talk(TALKER, (chunk) => {
    const lines = (rest + Buffer.from(chunk).toString()).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) if (line !== String(next++)) wrong++;
  });
  await pump.ended;
  expect({ next, wrong, rest }).toEqual({ next: COUNT, wrong: 0, rest: "" });
  expect(openPipes()).toBe(before);
});

test("Pump.close() ends it in the middle of a flood", async () => {
  const before = openPipes();
  let bytes = 0;
  const { pump, child } = talk(
    `while (true) require("node:fs").writeSync(1, "x".repeat(100));`,
    (chunk) => {
      bytes += chunk.length;
      if (bytes > 1_000_000) pump.close();
    },
  );
  await pump.ended;
  const read = bytes;
  // Nobody reads any more: the next write fails.
  expect(await child.exited).not.toBe(0);
  expect(bytes).toBe(read);
  expect(openPipes()).toBe(before);
});
