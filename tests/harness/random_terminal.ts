/** Output of a program that nobody wrote: anything a terminal understands. */

import { makeChance } from "./random.ts";

const WORDS = ["ls", "größe", "界面", "👍", "e\u0301", "─┼─", "한글", "x", " "];

/** Made for a screen of 40 by 10. */
export function randomStream(seed: number, pieces = 300): string {
  const { below, pick } = makeChance(seed);
  const make: (() => string)[] = [
    () => pick(WORDS).repeat(1 + below(12)),
    () => pick(WORDS).repeat(1 + below(12)),
    () => "\r\n",
    () => "\r\n",
    () => pick(["\n", "\r", "\t", "\b", "\x0b", "\x07", "\x0e", "\x0f"]),
    () => `\x1b[${pick([0, 1, 2, 3, 4, 7, 9, 22, 24, 27, 39, 49, 53, 55])}m`,
    () => `\x1b[${30 + below(8)};${100 + below(8)}m`,
    () => `\x1b[38;5;${below(256)};48;2;${below(256)};0;${below(256)}m`,
    () => pick(["\x1b[m", "\x1b[0;1m", "\x1b[4:3m", "\x1b[58:5:9m"]),
    () => `\x1b[${below(12)};${below(45)}H`,
    () => `\x1b[${below(5)}${pick([..."ABCDEFGXPLM@SZIdb"])}`,
    () => `\x1b[${below(3)}K`,
    // Not ED 1: xterm 6.0.0 throws at it in the lower right corner.
    () => pick(["\x1b[J", "\x1b[2J"]),
    () => `\x1b[${1 + below(5)};${5 + below(7)}r`,
    () =>
      pick(["\x1b[r", "\x1b[3g", "\x1bH", "\x1b7", "\x1b8", "\x1bM", "\x1bD"]),
    () => `\x1b[?${pick([1, 25, 45, 66, 1004, 2004])}${pick(["h", "l"])}`,
    () => `\x1b[?${pick([1000, 1002, 1003, 1006])}${pick(["h", "l"])}`,
    () => `\x1b[?${pick([1049, 47, 1047, 1048])}${pick(["h", "l", "l"])}`,
    () => pick(["\x1b[20h", "\x1b[20l"]),
    () => `\x1b${pick(["(", ")"])}${pick(["0", "B", "B", "A"])}`,
    () => `\x1b[${below(7)} q`,
    () => pick(['\x1b[1"q', '\x1b[0"q', "\x1b[?J", "\x1b[3J", "\x1b[!p"]),
    () =>
      `\x1b]${pick([0, 1, 2])};title ${below(9)}${pick(["\x07", "\x1b\\"])}`,
    () => pick(["\x1b#8", "\x1bc", "\x1b[?5h", "\x1b[>c", "\x1bn", "\x1bo"]),
  ];
  return Array.from({ length: pieces }, () => pick(make)()).join("");
}
