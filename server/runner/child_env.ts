/** The environment that a terminal's program gets. */

import type { TerminalId } from "../protocol/terminal.ts";

/**
 * Says whose a process is, however far it has moved away: what is left of a
 * terminal is found by it.
 */
export const MARK = "HYPIVISOR_TERMINAL";

/** What our screens are, for whoever was not told. */
const SCREEN = { TERM: "xterm-256color", COLORTERM: "truecolor" };

export function childEnv(
  env: Readonly<Record<string, string>>,
  terminal: TerminalId,
): Record<string, string> {
  const child: Record<string, string> = { ...SCREEN, ...env };
  // Meant for the executable that we are: it would change other Buns.
  for (const name of Object.keys(child)) {
    if (name.startsWith("BUN_")) delete child[name];
  }
  child[MARK] = terminal;
  return child;
}
