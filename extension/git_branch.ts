/** The git branch of a folder, read from its files: no process is started. */

import { readFile, stat } from "node:fs/promises";
import { dirname, isAbsolute, join } from "node:path";

/** Folders above the agent's that are looked at. */
const LEVELS_MAX = 40;

/** Short name of the branch, or of the commit if none; null outside of git. */
export async function gitBranch(cwd: string): Promise<string | null> {
  let dir = cwd;
  for (let level = 0; level < LEVELS_MAX; level++) {
    const head = await readHead(join(dir, ".git"));
    if (head !== undefined) return branchOf(head);
    const up = dirname(dir);
    if (up === dir) break;
    dir = up;
  }
  return null;
}

async function readHead(git: string): Promise<string | undefined> {
  const found = await stat(git).catch(() => undefined);
  if (!found) return undefined;
  if (found.isDirectory()) return await text(join(git, "HEAD"));
  // A worktree or a submodule: a file that names the real folder.
  const target = (await text(git)).match(/^gitdir: (.+)$/m)?.[1]?.trim();
  if (!target) return "";
  const real = isAbsolute(target) ? target : join(dirname(git), target);
  return await text(join(real, "HEAD"));
}

function text(file: string): Promise<string> {
  return readFile(file, "utf8").catch(() => "");
}

function branchOf(head: string): string | null {
  const name = head.match(/^ref: refs\/heads\/(.+)$/m)?.[1]?.trim();
  return (name ?? (head.trim().slice(0, 8) || null))?.slice(0, 200) ?? null;
}
