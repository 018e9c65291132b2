import { expect, test } from "bun:test";
import { Terminal } from "@xterm/headless";
import { Unicode11Addon } from "@xterm/addon-unicode11";
import { TERMINAL_SCROLLBACK_LINES } from "../../protocol/terminal.ts";
import { randomStream } from "../../../tests/harness/random_terminal.ts";
import { screenDifference } from "../../../tests/harness/screen_difference.ts";
import { Mirror } from "./mirror.ts";
import { coreOf } from "./xterm_core.ts";

const encoder = new TextEncoder();

function freshTerminal(size: { cols: number; rows: number }): Terminal {
  const terminal = new Terminal({
    ...size,
    scrollback: TERMINAL_SCROLLBACK_LINES,
    allowProposedApi: true,
  });
  terminal.loadAddon(new Unicode11Addon());
  terminal.unicode.activeVersion = "11";
  return terminal;
}

function write(terminal: Terminal, text: string | Uint8Array): void {
  coreOf(terminal)._inputHandler.parse(text);
}

interface Size {
  readonly cols: number;
  readonly rows: number;
}

const SIZE: Size = { cols: 40, rows: 10 };

/**
 * What differs after a reattach at `cut` from never having left. Both may be
 * resized after it.
 */
function reattachDifference(
  stream: Uint8Array,
  cut: number,
  resized: Size = SIZE,
): string | undefined {
  const size = SIZE;
  const mirror = new Mirror(size, (thrown) => {
    throw thrown;
  });
  const stayed = freshTerminal(size);
  const reattached = freshTerminal(size);
  try {
    mirror.feed(stream.subarray(0, cut));
    write(stayed, stream.subarray(0, cut));
    write(reattached, mirror.paint());
    const before = screenDifference(stayed, reattached);
    if (before) return `at the cut: ${before}`;
    stayed.resize(resized.cols, resized.rows);
    reattached.resize(resized.cols, resized.rows);
    const after = screenDifference(stayed, reattached);
    if (after) return `resized: ${after}`;
    write(stayed, stream.subarray(cut));
    write(reattached, stream.subarray(cut));
    const end = screenDifference(stayed, reattached);
    return end && `at the end: ${end}`;
  } finally {
    mirror.dispose();
    stayed.dispose();
    reattached.dispose();
  }
}

const ROUNDS = 300;
const CASES_END = "\r\nmore\x1b8text\x1b[?1049lback\ttab\x1b[?6lq\n\n\n\nend";

const CASES: Record<string, string> = {
  "plain lines": "one\r\ntwo\r\n\r\nthree",
  "a long line that wraps": "x".repeat(100) + "\r\nnext",
  "a cursor about to wrap": "x".repeat(40),
  "a wide character about to wrap": "x".repeat(38) + "界",
  "a wide character that did not fit": "x".repeat(39) + "界x",
  "colours": "\x1b[31;1;44mred\x1b[0m \x1b[38;5;200mpink\x1b[38;2;1;2;3mrgb",
  "bright colours": "\x1b[97;101mx\x1b[90;40my",
  "every style": "\x1b[1;2;3;4;5;7;8;9;53mall\x1b[0m",
  "underline styles": "\x1b[4:3mcurly\x1b[58:2::255:0:1mred\x1b[4:2;58:5:9mx",
  "erased with a background": "\x1b[44m\x1b[2J\x1b[5;5Hx\x1b[0m\x1b[K",
  "wrapped over a background": "\x1b[10;1H\x1b[45m" + "y".repeat(45) +
    "\x1b[0m\r\n",
  "a wrapped line whose end was erased": "x".repeat(50) +
    "\x1b[A\x1b[20G\x1b[K\x1b[B",
  "a wrapped line whose beginning was erased": "x".repeat(50) + "\x1b[1K",
  "combining and wide": "e\u0301 界 👍 한 a\u0300\u0301",
  "the alternate buffer": "normal\r\ntext\x1b[?1049h\x1b[2J\x1b[3;4Halt",
  "the alternate buffer left again":
    "a\x1b[31m\x1b[?1049h\x1b[32mb\x1b[?1049l\x1b[?47hx\x1b[?47l",
  "scroll region": "\x1b[3;7r\x1b[5;1Hin\r\n\n\n\n\nregion",
  "origin mode": "\x1b[3;7r\x1b[?6h\x1b[2;3Hx",
  "saved cursor": "\x1b[4;9H\x1b[35m\x1b(0\x1b7\x1b(B\x1b[m\x1b[2;2Hhere",
  "saved cursor in the alternate buffer":
    "\x1b[4;9H\x1b7\x1b[?1049h\x1b[5;5H\x1b[36m\x1b7\x1b[Hx",
  "line drawing": "\x1b(0lqqk\x1b(B \x1b)0\x0exqx",
  "insert mode and no wraparound": "abc\x1b[4h\x1b[?7l\x1b[1;2H",
  "tab stops": "\x1b[3g\x1b[5G\x1bH\x1b[12G\x1bH\r\ta\tb",
  "modes":
    "\x1b[?1h\x1b=\x1b[?2004h\x1b[?1002h\x1b[?1006h\x1b[?1004h\x1b[?25l\x1b[5 q",
  "synchronized output": "a\x1b[?2026hb",
  "new line mode": "\x1b[20ha\nb",
  "titles": "\x1b]0;both\x07\x1b]2;window\x1b\\",
  "links":
    "\x1b]8;;https://a.example/\x1b\\a\x1b]8;id=7;https://b.example/\x1b\\b\x1b[4mc",
  "protected cells": '\x1b[1"qprotected\x1b[0"q free',
  "scrollback cleared": "x".repeat(900) + "\x1b[3J",
  "more than the scrollback": Array.from(
    { length: TERMINAL_SCROLLBACK_LINES + 500 },
    (_, n) => `line ${n} ${"-".repeat(n % 70)}`,
  ).join("\r\n"),
};

for (const [name, text] of Object.entries(CASES)) {
  test(`Mirror.paint() restores ${name}`, () => {
    const stream = encoder.encode(`${text}${CASES_END}`);
    const cut = encoder.encode(text).length;

    expect(reattachDifference(stream, cut)).toBeUndefined();
  });
}

test("Mirror.paint() in the middle of a sequence lets it go on", () => {
  const text =
    "a\x1b[3;1H\x1b[38;5;200mx\x1b]2;title\x1b\\e\u0301 👍 \x9b31my" +
    "\x1bP$q m\x1b\\z\x1b]8;;https://a.example/\x07l\x1b]8;;\x07";
  const stream = encoder.encode(text);
  for (let cut = 0; cut <= stream.length; cut++) {
    expect(`${cut} ${reattachDifference(stream, cut)}`)
      .toBe(`${cut} undefined`);
  }
});

test("Mirror.paint() equals a screen that never left, whatever was printed", () => {
  for (let seed = 1; seed <= ROUNDS; seed++) {
    const stream = encoder.encode(randomStream(seed));
    const cut = Math.floor(stream.length * ((seed * 0.618) % 1));

    expect(`seed ${seed}: ${reattachDifference(stream, cut)}`)
      .toBe(`seed ${seed}: undefined`);
  }
});

test("Mirror.paint() equals it after a change of size, too", () => {
  for (let seed = 1; seed <= ROUNDS; seed++) {
    const stream = encoder.encode(randomStream(seed));
    const cut = Math.floor(stream.length * ((seed * 0.618) % 1));
    const size = { cols: 20 + seed * 7 % 50, rows: 3 + seed * 5 % 20 };

    expect(`seed ${seed}: ${reattachDifference(stream, cut, size)}`)
      .toBe(`seed ${seed}: undefined`);
  }
});
