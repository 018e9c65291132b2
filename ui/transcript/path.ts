/** Paths as a person would write them. */

const HOMES = /^(?:\/home\/[^/]+|\/Users\/[^/]+|\/root)(?=\/|$)/;

/** Writes the home folder as `~`. */
export function shortPath(path: string): string {
  return path.replace(HOMES, "~");
}

/** As seen from the agent's own folder, where it lies below that. */
export function pathWithin(path: string, cwd: string | undefined): string {
  if (cwd && cwd !== "/" && path.startsWith(`${cwd}/`)) {
    return path.slice(cwd.length + 1);
  }
  return shortPath(path);
}
