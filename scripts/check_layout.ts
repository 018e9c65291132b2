/**
 * Checks the house rules of `layout_rules.ts` on every source file.
 *
 * Each check takes a path and a text and gives sentences; only the last lines
 * touch the disk. Run by `deno task ok` and `scripts/test`.
 */

import { homedir } from "node:os";
import { basename, dirname, join } from "node:path/posix";
import { findCycles } from "./import_cycles.ts";
import { type Import, scanImports } from "./imports.ts";
import {
  type Area,
  AREAS,
  DEFAULT_EXPORTS,
  EXCEPTIONS,
  INDEX_FILES,
  LONGER,
  MAX_LINES,
  MAX_TEST_LINES,
  NO_PACKAGES,
  PACKAGES,
} from "./layout_rules.ts";
import { say } from "./say.ts";

const SOURCES = "{server,ui,extension,tests,scripts}/**/*.{ts,tsx,css}";

/** A name of lower-case words, with the suffixes that tools give a meaning. */
const SNAKE_CASE = /^[a-z0-9]+(_[a-z0-9]+)*(\.d)?\.(ts|tsx|css)$/;

/** Checks one file. Returns a sentence for each rule that it breaks. */
export function checkFile(path: string, text: string): string[] {
  const imports = scanImports(text);
  return [
    ...checkName(path),
    ...checkSize(path, text),
    ...checkText(path, text),
    ...imports.flatMap((found) => checkImport(path, found)),
  ].map((problem) => `${path}: ${problem}`);
}

function checkName(path: string): string[] {
  const name = basename(path);
  if (/^index\.tsx?$/.test(name) && !INDEX_FILES.includes(path)) {
    return ['must not be an "index": name it after what it defines'];
  }
  return SNAKE_CASE.test(name) ? [] : ["must have a name in snake_case"];
}

function checkSize(path: string, text: string): string[] {
  const lines = text.trimEnd().split("\n").length;
  if (isTest(path)) {
    if (lines <= MAX_TEST_LINES) return [];
    return [`has ${lines} lines, a test may have ${MAX_TEST_LINES}: split it`];
  }
  if (lines <= MAX_LINES || text.slice(0, 2_000).includes(LONGER)) return [];
  return [`has ${lines} lines: split it, or say "${LONGER} …" in its header`];
}

function checkText(path: string, text: string): string[] {
  const problems: string[] = [];
  const code = withoutComments(text);
  const isFree = isTest(path) || DEFAULT_EXPORTS.includes(path);
  if (/^export default\b/m.test(code) && !isFree) {
    problems.push("must not have a default export");
  }
  if (/^export \*/m.test(code)) {
    problems.push("must not pass on another file's exports");
  }
  if (!isTool(path) && /\bconsole\.\w/.test(code)) {
    problems.push("must not use console: log by server/log.ts");
  }
  if (/(\/\/|^ \*).*\bTODO\b(?!: \S+ \S+)/m.test(text) && !isRules(path)) {
    problems.push("has a TODO without a reason");
  }
  const machine = machinePaths().find((place) => text.includes(place));
  if (machine && !isRules(path)) {
    problems.push(`names a place of one machine, "${machine}"`);
  }
  if (/["'`]\/tmp\/[\w-]+\/[\w-]/.test(text) && !isRules(path)) {
    problems.push("names a fixed place in /tmp: make one with mkdtemp");
  }
  return problems;
}

/** Checks one import of a file against the table. Tests may import anything. */
function checkImport(path: string, found: Import): string[] {
  if (isTest(path)) return [];
  if (!found.from.startsWith(".")) return checkPackage(path, found.from);
  const target = join(dirname(path), found.from);
  if (/^(scripts|tests)\//.test(target) && !isTool(path)) {
    return [`must not import ${target}: nothing does`];
  }
  const from = areaOf(path);
  const to = areaOf(target);
  if (!from || !to || from === to || from.may.includes(to.name)) return [];
  if (found.typeOnly && from.mayTypes?.includes(to.name)) return [];
  const excepted = EXCEPTIONS.some((one) =>
    one.from === path && one.to === to.name
  );
  if (excepted) return [];
  return [`must not import ${target}: ${from.name} may not know ${to.name}`];
}

function checkPackage(path: string, name: string): string[] {
  if (NO_PACKAGES.some((place) => path.startsWith(place))) {
    return [`must not import "${name}": it imports no packages`];
  }
  const rule = PACKAGES.find((one) => one.name.test(name));
  if (!rule || isTool(path)) return [];
  if (rule.paths.some((place) => path.startsWith(place))) return [];
  return [`must not import "${name}": that is for ${rule.paths.join(", ")}`];
}

function areaOf(path: string): Area | undefined {
  return AREAS.find((area) =>
    area.paths.some((place) =>
      place.endsWith("/") ? path.startsWith(place) : path === place
    )
  );
}

function isTest(path: string): boolean {
  return /_test\.tsx?$/.test(path) || path.startsWith("tests/");
}

/** Code that runs at a developer's desk only. */
function isTool(path: string): boolean {
  return isTest(path) || path.startsWith("scripts/") ||
    path === "extension/build.ts";
}

/** These spell out what they look for. */
function isRules(path: string): boolean {
  return path.startsWith("scripts/check_layout");
}

/** Places that exist for whoever wrote the file and for nobody else. */
function machinePaths(): string[] {
  return [`${process.cwd()}/`, `${homedir()}/`, "/Users/", "C:\\Users\\"]
    .filter((place) => place.length > "/root/".length);
}

/** Good enough for a search: strings with comment signs in them may suffer. */
function withoutComments(text: string): string {
  return text.replace(/\/\*[^]*?\*\//g, "").replace(/(^|\s)\/\/.*$/gm, "");
}

/** Checks the tree at `root`, cycles included. */
export async function checkTree(root: string): Promise<string[]> {
  const problems: string[] = [];
  const graph = new Map<string, string[]>();
  const paths = ["main.ts", ...new Bun.Glob(SOURCES).scanSync(root)]
    .map((path) => path.replaceAll("\\", "/"))
    .filter((path) => !path.includes("node_modules/"))
    .sort();
  for (const path of paths) {
    const text = await Bun.file(`${root}/${path}`).text();
    problems.push(...checkFile(path, text));
    graph.set(
      path,
      scanImports(text)
        .filter((found) => found.from.startsWith(".") && !found.typeOnly)
        .map((found) => join(dirname(path), found.from)),
    );
  }
  for (const cycle of findCycles(graph)) {
    problems.push(`${cycle[0]}: imports itself by ${cycle.join(" → ")}`);
  }
  return problems;
}

if (import.meta.main) {
  const problems = await checkTree(".");
  for (const problem of problems) say(problem);
  say(problems.length > 0 ? `${problems.length} problems` : "Layout: ok");
  process.exitCode = problems.length > 0 ? 1 : 0;
}
