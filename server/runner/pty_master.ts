/**
 * The program's end of the pty is Bun's doing, the other end becomes ours.
 *
 * Bun's terminal says no descriptor, so that it is found among the open ones,
 * duplicated, and Bun's own is closed: the pty lives on with ours.
 */

import { readdirSync } from "node:fs";
import { HypivisorError } from "../errors.ts";
import { duplicate, ptyName } from "./libc.ts";

/**
 * Starts a program on a new pty. Whoever calls this closes `fd`.
 *
 * @param spawn With an inline `terminal`. What it throws is passed on.
 * @throws {HypivisorError} `unavailable` if the descriptor cannot be had.
 */
export function takeMaster(
  spawn: () => Bun.Subprocess,
): { child: Bun.Subprocess; fd: number } {
  const before = new Set(masters().values());
  const child = spawn();
  // Nothing else opens one meanwhile: all of this is one turn of the loop.
  for (const [master, name] of masters()) {
    if (before.has(name)) continue;
    const fd = duplicate(master);
    if (fd === undefined) continue;
    child.terminal?.close();
    return { child, fd };
  }
  child.kill("SIGKILL");
  child.terminal?.close();
  throw new HypivisorError(
    "unavailable",
    "Cannot open a terminal: its descriptor cannot be found",
  );
}

/** Our open ends of ptys, by descriptor, with the other end's name. */
function masters(): Map<number, string> {
  const found = new Map<number, string>();
  for (const entry of readdirSync("/dev/fd")) {
    const name = ptyName(Number(entry));
    if (name !== undefined) found.set(Number(entry), name);
  }
  return found;
}
