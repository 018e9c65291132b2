/**
 * What a command says: results on stdout, everything else on stderr.
 *
 * Written at once and completely, so that a command may end right after.
 */

import { writeSync } from "node:fs";

/**
 * Exit codes. `attach` and `shell` end with the code of the program they show.
 * 64 is sysexits' word for a wrong command line.
 */
export const EXIT = {
  ok: 0,
  /** It was tried and did not work, or the agent ended in an error. */
  failed: 1,
  /** No agent or terminal is called that, or several are. */
  notFound: 2,
  /** No hypivisor answers, or it does not let us in. */
  unreachable: 3,
  usage: 64,
} as const;

/** Exit codes of what is done with services; 0, 1 and 64 are as above. */
export const SERVICE_EXIT = {
  unreachable: 2,
  /** A file of a service has a fault. */
  config: 3,
} as const;

/** A reader that does not read is waited for in steps of this. */
const FULL_WAIT_MS = 5;

/** Prints a result. Returns the code of success, for `return print(…)`. */
export function print(text: string): number {
  write(1, text);
  return EXIT.ok;
}

/** Prints a value as JSON on one line. */
export function printJson(value: unknown): number {
  return print(JSON.stringify(value) + "\n");
}

/** Tells a person something that is not the result. */
export function warn(line: string): void {
  write(2, line + "\n");
}

function write(fd: number, text: string): void {
  let bytes = Buffer.from(text);
  while (bytes.length > 0) {
    try {
      bytes = bytes.subarray(writeSync(fd, bytes));
    } catch (thrown) {
      const { code } = thrown as NodeJS.ErrnoException;
      // Whoever read has seen enough: `hypivisor ls | head`.
      if (code === "EPIPE") process.exit(EXIT.ok);
      if (code !== "EAGAIN") return; // The terminal is gone.
      Atomics.wait(
        new Int32Array(new SharedArrayBuffer(4)),
        0,
        0,
        FULL_WAIT_MS,
      );
    }
  }
}
