/**
 * Which of a terminal's viewers answers when the program asks something of its
 * terminal: what it is, where the cursor stands, which colours it has.
 *
 * Every viewer's xterm.js would, and all but one answer would be typed into
 * whatever runs next. So only the one whose size the terminal has does.
 */

import type { Terminal } from "@xterm/xterm";

/** Questions that end in a letter: device attributes, status, modes. */
const CSI = [
  { final: "c" },
  { prefix: ">", final: "c" },
  { prefix: "=", final: "c" },
  { final: "n" },
  { prefix: "?", final: "n" },
  { intermediates: "$", final: "p" },
  { prefix: "?", intermediates: "$", final: "p" },
] as const;

/** Colours: of the palette, text, ground and cursor. Set, or asked with `?`. */
const OSC = [4, 10, 11, 12] as const;

/** @param mayAnswer Asked each time. */
export function limitAnswers(
  { parser }: Terminal,
  mayAnswer: () => boolean,
): void {
  // A handler that returns true is the last one: xterm's own is not reached.
  for (const id of CSI) parser.registerCsiHandler(id, () => !mayAnswer());
  parser.registerDcsHandler(
    { intermediates: "$", final: "q" },
    () => !mayAnswer(),
  );
  for (const id of OSC) {
    parser.registerOscHandler(id, (data) => data.includes("?") && !mayAnswer());
  }
}
