/** Asking the person at the terminal, where there is one. */

import { readSync } from "node:fs";
import { warn } from "./output.ts";

/** Whether somebody can be asked. */
export function canAsk(): boolean {
  return process.stdin.isTTY === true && process.stderr.isTTY === true;
}

/** Asks a question that is answered by yes or no; Enter means `otherwise`. */
export function confirm(question: string, otherwise: boolean): boolean {
  while (true) {
    process.stderr.write(`${question} ${otherwise ? "[Y/n]" : "[y/N]"} `);
    const line = readLine();
    if (line === undefined) {
      warn("");
      return false; // Ctrl-D: whoever leaves agrees to nothing.
    }
    const answer = line.trim().toLowerCase();
    if (answer === "") return otherwise;
    if (answer === "y" || answer === "yes") return true;
    if (answer === "n" || answer === "no") return false;
  }
}

/** A terminal gives one line at a time. Undefined at the end of input. */
function readLine(): string | undefined {
  const bytes = Buffer.alloc(1024);
  const length = readSync(0, bytes);
  return length === 0 ? undefined : bytes.toString("utf8", 0, length);
}
