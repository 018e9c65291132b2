import { expect, test } from "bun:test";
import { closeSync, fstatSync, readdirSync } from "node:fs";
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

/** How many of our descriptors are of one file. */
function openOf(inode: number): number {
  const inodes = readdirSync("/dev/fd").map((fd) => {
    try {
      return fstatSync(Number(fd)).ino;
    } catch {
      return undefined; // That of the reading itself.
    }
  });
  return inodes.filter((one) => one === inode).length;
}

function talk(
  script: string,
  take: (chunk: Uint8Array) => void,
): { pump: Pump; child: Bun.Subprocess; inode: number } {
  const pipe = makePipe();
  if (!pipe) throw new Error("no pipe");
  const child = Bun.spawn([process.execPath, "-e", script], {
    stdio: ["ignore", pipe.writeFd, "inherit"],
  });
  closeSync(pipe.writeFd);
  const { ino: inode } = fstatSync(pipe.readFd);
  return { pump: startPump(pipe.readFd, take), child, inode };
}

test("startPump() hands on all of it in order, over floods and pauses", async () => {
  let rest = "";
  let next = 0;
  let wrong = 0;
  const { pump, inode } = talk(TALKER, (chunk) => {
    const lines = (rest + Buffer.from(chunk).toString()).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) if (line !== String(next++)) wrong++;
  });
  expect(openOf(inode)).toBeGreaterThan(0);
  await pump.ended;
  expect({ next, wrong, rest }).toEqual({ next: COUNT, wrong: 0, rest: "" });
  expect(openOf(inode)).toBe(0);
});

test("Pump.close() ends it in the middle of a flood", async () => {
  let bytes = 0;
  const { pump, child, inode } = talk(
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
  expect(openOf(inode)).toBe(0);
});

test("startPump() leaves others their turns when what it reads takes long", async () => {
  let bytes = 0;
  let inTurn = 0;
  let most = 0;
  const { pump } = talk(
    `const block = "y\\n".repeat(8_192);
while (true) require("node:fs").writeSync(1, block);`,
    (chunk) => {
      const until = performance.now() + chunk.length / 16_384;
      while (performance.now() < until);
      bytes += chunk.length;
      inTurn += chunk.length;
      most = Math.max(most, inTurn);
      if (bytes > 4_000_000) pump.close();
    },
  );
  let isOver = false;
  const turn = () => {
    inTurn = 0;
    if (!isOver) setImmediate(turn);
  };
  turn();
  await pump.ended;
  isOver = true;
  expect(most).toBeLessThanOrEqual(128 * 1024);
});
