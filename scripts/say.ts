/** Where scripts speak: stdout is for results, so everything else is here. */

/** Writes one line for the person who started the script. */
export function say(line: string): void {
  process.stderr.write(`${line}\n`);
}
