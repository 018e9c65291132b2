/** Finds files that import themselves by way of others. */

/**
 * Returns one path per cycle found, first file repeated at its end. Not every
 * cycle of a knot is listed: breaking the ones that are, and looking again,
 * ends at none.
 */
export function findCycles(
  graph: ReadonlyMap<string, readonly string[]>,
): string[][] {
  const done = new Set<string>();
  const cycles: string[][] = [];

  function visit(path: string, trail: readonly string[]): void {
    const at = trail.indexOf(path);
    if (at >= 0) {
      cycles.push([...trail.slice(at), path]);
      return;
    }
    if (done.has(path)) return;
    for (const next of graph.get(path) ?? []) visit(next, [...trail, path]);
    done.add(path);
  }

  for (const path of graph.keys()) visit(path, []);
  return cycles;
}
