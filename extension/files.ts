/**
 * Files below the agent's folder: fuzzy search, and one folder at a time.
 *
 * Contained after symlinks are resolved: `..`, absolute paths and links that
 * lead out give nothing. A search walks within bounds and never follows links.
 */

import { readdir, readFile, realpath, stat } from "node:fs/promises";
import { dirname, isAbsolute, join, relative, sep } from "node:path";
import type { FoundFile } from "../server/protocol/command.ts";
import { fuzzyScore } from "./fuzzy.ts";
import { type Ignores, readGitignore } from "./gitignore.ts";

/** A tree larger than this is searched in part, and the answer says so. */
const WALK_MAX_ENTRIES = 20_000;
const WALK_MAX_MS = 1_000;
/** While somebody types, one walk serves many queries. */
const WALK_FRESH_MS = 5_000;
const FOUND_MAX = 50;
/** The original's own limit. */
const FOLDER_MAX = 100;

const SKIPPED = new Set([".git", ".hg", ".svn", "node_modules", "__pycache__"]);

interface Walk {
  readonly root: string;
  readonly at: number;
  readonly files: readonly FoundFile[];
  readonly isComplete: boolean;
}

export class Files {
  #walk: Promise<Walk> | undefined;

  /** Best match first. */
  async search(cwd: string, query: string, now = Date.now()) {
    let walk = await this.#walk;
    if (walk?.root !== cwd || now - walk.at > WALK_FRESH_MS) {
      this.#walk = walkTree(cwd, now);
      walk = await this.#walk;
    }
    const found = walk.files
      .map((file) => ({ file, score: fuzzyScore(query, file.path) }))
      .filter(({ score }) => score > 0)
      .sort((a, b) => b.score - a.score);
    return {
      files: found.slice(0, FOUND_MAX).map(({ file }) => file),
      truncated: found.length > FOUND_MAX || !walk.isComplete,
    };
  }

  /** The folder that `prefix` stands in; `src/` stands in `src`. */
  async folder(cwd: string, prefix: string): Promise<FoundFile[]> {
    const inside = prefix.endsWith("/") ? prefix : dirname(prefix);
    if (isAbsolute(inside)) return [];
    const root = await realpath(cwd).catch(() => undefined);
    const dir = root && await contained(root, join(root, inside));
    if (!dir || !root) return [];
    const entries = await readdir(dir, { withFileTypes: true })
      .catch(() => []);
    const files: FoundFile[] = [];
    for (const entry of entries) {
      if (files.length >= FOLDER_MAX) break;
      if (entry.name.startsWith(".")) continue;
      const full = join(dir, entry.name);
      const path = join(inside, entry.name).split(sep).join("/");
      if (!entry.isSymbolicLink()) {
        files.push({ path, isDirectory: entry.isDirectory() });
        continue;
      }
      const target = await contained(root, full);
      if (!target) continue;
      const found = await stat(target).catch(() => undefined);
      files.push({ path, isDirectory: found?.isDirectory() === true });
    }
    return files;
  }
}

/** The real path, if it is `root` or lies below it. */
async function contained(
  root: string,
  path: string,
): Promise<string | undefined> {
  const real = await realpath(path).catch(() => undefined);
  if (real === undefined) return undefined;
  const way = relative(root, real);
  const isOutside = way === ".." || way.startsWith(`..${sep}`) ||
    isAbsolute(way);
  return isOutside ? undefined : real;
}

async function walkTree(root: string, now: number): Promise<Walk> {
  const files: FoundFile[] = [];
  const folders = [""];
  const until = now + WALK_MAX_MS;
  const ignores = await readIgnores(root);
  for (const folder of folders) {
    if (files.length >= WALK_MAX_ENTRIES || Date.now() > until) {
      return { root, at: now, files, isComplete: false };
    }
    const entries = await readdir(join(root, folder), { withFileTypes: true })
      .catch(() => []);
    for (const entry of entries) {
      const isDirectory = entry.isDirectory();
      if (!isDirectory && !entry.isFile()) continue;
      const path = folder ? `${folder}/${entry.name}` : entry.name;
      if (SKIPPED.has(entry.name) || ignores(path, isDirectory)) continue;
      files.push({ path, isDirectory });
      if (isDirectory) folders.push(path);
    }
  }
  return { root, at: now, files, isComplete: true };
}

async function readIgnores(root: string): Promise<Ignores> {
  const text = await readFile(join(root, ".gitignore"), "utf8")
    .catch(() => "");
  return readGitignore(text);
}
