/** How to run this program again: compiled, or from source. */

export function ownCommand(): string[] {
  return Bun.isStandaloneExecutable
    ? [process.execPath]
    : [process.execPath, Bun.main];
}
