/** Finds what a source file imports, types included. */

export interface Import {
  /** As written: "./node.ts", "hono", "node:fs". */
  readonly from: string;
  /** Gone at run time: `import type` and `export type`. */
  readonly typeOnly: boolean;
}

/** Static and dynamic imports, and re-exports. */
const IMPORT =
  /(?:^|[;\n}])\s*(?:import|export)\b(?:(\s+type)\b(?!\s*,|\s+from))?(?:[^"'`;()]*?\bfrom)?\s*["']([^"'\n]+)["']|\bimport\(\s*["']([^"'\n]+)["']/g;

/**
 * Scans by pattern and not by a parser: Bun's own drops types, and types have
 * a direction too. A comment that looks like an import is taken for one.
 */
export function scanImports(text: string): Import[] {
  return [...text.matchAll(IMPORT)].map((match) => ({
    from: match[2] ?? match[3] ?? "",
    typeOnly: match[1] !== undefined || onlyTypes(match[0]),
  }));
}

/** Whether every name in `import { type A, type B } from` is a type. */
function onlyTypes(statement: string): boolean {
  const names = /^[;}\s]*(?:import|export)\s*\{([^}]*)\}/.exec(statement)?.[1];
  if (names === undefined) return false;
  return names.split(",").every((name) => /^\s*(type\s.*)?$/.test(name));
}
