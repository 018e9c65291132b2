/** What a command says: results on stdout, everything else on stderr. */

/** Exit codes; 64 is sysexits' word for a wrong command line. */
export const EXIT = { ok: 0, failed: 1, usage: 64 } as const;

/** Prints a result. Returns the code of success, for `return print(…)`. */
export function print(text: string): number {
  process.stdout.write(text);
  return EXIT.ok;
}

/** Tells a person something that is not the result. */
export function warn(line: string): void {
  process.stderr.write(line + "\n");
}
