/**
 * The steps of `scripts/test`, as a table: what is run, in which order, and
 * which test files belong to which part.
 */

export type Part = "check" | "unit" | "flow" | "binary" | "browser";

export const PARTS: readonly Part[] = [
  "check",
  "unit",
  "flow",
  "binary",
  "browser",
];

/** One command that succeeds or fails as a whole. */
export interface Check {
  readonly name: string;
  readonly command: readonly string[];
}

export const CHECKS: readonly Check[] = [
  { name: "format", command: ["deno", "fmt", "--check"] },
  { name: "lint", command: ["deno", "lint"] },
  { name: "types", command: ["deno", "check"] },
  { name: "layout", command: ["bun", "scripts/check_layout.ts"] },
];

/** Test files of one part, and how they may be run. */
export interface Suite {
  readonly part: Exclude<Part, "check">;
  /**
   * `together`: in one run on two processes, for tests without sockets or
   * clock. `apart`: one file after the other, each in a process of its own, so
   * that a crash or a leak stays with its file and timing is not disturbed.
   */
  readonly run: "together" | "apart";
  readonly needsBinary: boolean;
  readonly needsPi: boolean;
}

export const SUITES: readonly Suite[] = [
  { part: "unit", run: "together", needsBinary: false, needsPi: false },
  { part: "flow", run: "apart", needsBinary: true, needsPi: true },
  { part: "binary", run: "apart", needsBinary: true, needsPi: true },
  { part: "browser", run: "apart", needsBinary: true, needsPi: true },
];

/** The newest pi, and the oldest that pi-socket works with. */
export const PI_VERSIONS = ["1.5.2", "0.74.2"] as const;

/** Every test file, sorted, as paths from the root. */
export function findTests(root = "."): string[] {
  const glob = new Bun.Glob(
    "{server,ui,extension,scripts,tests}/**/*_test.{ts,tsx}",
  );
  return [...glob.scanSync(root)]
    .map((path) => path.replaceAll("\\", "/"))
    .filter((path) => !path.includes("node_modules/"))
    .sort();
}

/** Which part a test file belongs to, by where it lies and how it is named. */
export function partOf(path: string): Suite["part"] {
  if (!path.startsWith("tests/") || path.startsWith("tests/harness/")) {
    return "unit";
  }
  const name = path.slice("tests/".length);
  if (/^(binary|package)/.test(name)) return "binary";
  if (/^(browser|ui|page)[_/]/.test(name)) return "browser";
  return "flow";
}
