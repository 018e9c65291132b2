import { expect, test } from "bun:test";
import { Terminal } from "@xterm/headless";
import { makeChance } from "../../../tests/harness/random.ts";
import { screenDifference } from "../../../tests/harness/screen_difference.ts";
import { findCut, plainUntil } from "./plain.ts";
import { coreOf } from "./xterm_core.ts";

const encoder = new TextEncoder();
const SIZE = { cols: 20, rows: 6 };
const SCROLLBACK = 30;
const NEEDED = SCROLLBACK + 2 * SIZE.rows;

test("plainUntil() stops where something else begins", () => {
  const plain = (text: string) => {
    const bytes = encoder.encode(text);
    return Buffer.from(bytes.subarray(0, plainUntil(bytes, 0))).toString();
  };
  const all = "a\tb\r\n\x1b[31mgrün\x1b[0;4:3m°\x07\x1b[Kß界\x1b[m\r\n";

  expect(plain(all)).toBe(all);
  expect(plain("a\x1b[2Jb")).toBe("a");
  expect(plain("a\bb")).toBe("a");
  expect(plain("a\x1b]2;x\x07")).toBe("a");
  expect(plain("a\x1b[>4;2m")).toBe("a");
  expect(plain("a\x9b1A")).toBe("a");
  expect(plain("a\x1b[3")).toBe("a");
  expect(plain("a\x1b")).toBe("a");
  expect(plain("a\x7f")).toBe("a");
});

/** What a terminal may have been through before plain output begins. */
const BEFORE = [
  "",
  "x\r\n".repeat(100),
  "\x1b[44m\x1b[2J\x1b[3;4Hblue",
  "y".repeat(300) + "\x1b[2A",
  "\x1b[31mred and\r\nhalf a line",
  "\x1b[4h\x1b[?7labc\x1b[2;2H",
  "\x1b(0",
  "\x1b[3;3H\x1b[35m\x1b7\x1b[6;1H",
];

/** Every other one has no returns at all, and nothing wide. */
function plainOutput(seed: number): string {
  const { below, pick } = makeChance(seed);
  if (seed % 2 === 0) {
    return Array.from({ length: 200 }, () => {
      const color = below(3) ? "" : "\x1b[7mx\x1b[0m";
      return `${"-".repeat(below(30))}${color}\n`;
    }).join("");
  }
  const words = ["make ", "größe", "界面", "-".repeat(15), "e\u0301", "\t"];
  const colors = ["\x1b[32m", "\x1b[m", "\x1b[0m", "\x1b[m", "\x1b[44m\x1b[K"];
  const ends = ["\r\n", "\r\n", "\r\n", "\r\n", "\n", "\r", "\n\r"];
  let text = "";
  for (let line = 0; line < 160; line++) {
    for (let word = below(6); word > 0; word--) text += pick(words);
    if (below(4) === 0) text += pick(colors) + "colour" + pick(colors);
    if (below(3) === 0) text += "\x1b[m";
    text += pick(ends);
  }
  return text;
}

function terminalAfter(...texts: (string | Uint8Array)[]): Terminal {
  const terminal = new Terminal({
    ...SIZE,
    scrollback: SCROLLBACK,
    allowProposedApi: true,
  });
  for (const text of texts) coreOf(terminal)._inputHandler.parse(text);
  return terminal;
}

test("what findCut() leaves out makes no difference to the screen", () => {
  let cuts = 0;
  for (let seed = 1; seed <= 400; seed++) {
    const before = BEFORE[seed % BEFORE.length] ?? "";
    const output = encoder.encode(plainOutput(seed));
    const wraps = !before.includes("\x1b[?7l");

    expect(plainUntil(output, 0)).toBe(output.length);
    const column = coreOf(terminalAfter(before)).buffers.active.x;
    const cut = findCut(output, NEEDED, { cols: SIZE.cols, wraps, column });
    if (!cut) continue;
    cuts++;
    const lead = `\x1b[${cut.column + 1}G${cut.isReset ? "\x1b[m" : ""}`;
    const full = terminalAfter(before, output);
    const short = terminalAfter(before, lead, output.subarray(cut.at));

    expect(`seed ${seed}: ${screenDifference(full, short)}`)
      .toBe(`seed ${seed}: undefined`);
  }
  expect(cuts).toBeGreaterThan(300);
});

const START = { cols: 20, wraps: true, column: 0 };

test("findCut() counts the rows of long lines, and needs enough of them", () => {
  const long = encoder.encode(("z".repeat(100) + "\r\n").repeat(20));
  const short = encoder.encode("z\r\n".repeat(NEEDED));

  expect(findCut(long, NEEDED, START)?.at).toBeGreaterThan(900);
  expect(findCut(long, NEEDED, { ...START, wraps: false })).toBeUndefined();
  expect(findCut(short, NEEDED, START)).toBeUndefined();
});

test("findCut() tells when the colours were reset in what it leaves out", () => {
  const lines = "plain\r\n".repeat(100);
  const find = (text: string) => findCut(encoder.encode(text), NEEDED, START);

  expect(find(lines)?.isReset).toBe(false);
  expect(find(`\x1b[44mx\x1b[m\r\n${lines}`)?.isReset).toBe(true);
  // The colour is open at every cut but those before it.
  expect(find(`${lines}\x1b[44mx\r\n${lines}`)?.at).toBeLessThanOrEqual(700);
  expect(find(`\x1b[44mx\r\n${lines}`)).toBeUndefined();
});

test("findCut() gives up where the column cannot be told", () => {
  const find = (text: string) => findCut(encoder.encode(text), NEEDED, START);

  expect(find("größe\n".repeat(100))).toBeUndefined();
  expect(find("a\tb\n".repeat(100))).toBeUndefined();
  expect(find("größe\ta\r\n".repeat(100))?.column).toBe(0);
  expect(find("abc\n".repeat(100))?.column).toBeLessThan(20);
});
