/**
 * The user's home, which no folder that is browsed or worked in may be outside
 * of; and the system's errors in the words of the original.
 */

import { realpath } from "node:fs/promises";
import { homedir } from "node:os";
import { sep } from "node:path";
import { HypivisorError } from "./errors.ts";

/** As the environment has it; symlinks are not resolved. */
export function homeOf(env: NodeJS.ProcessEnv): string {
  return env.HOME || homedir();
}

/** Whether `path` is `root` or below it. Both absolute and resolved. */
export function isInside(path: string, root: string): boolean {
  return path === root ||
    path.startsWith(root.endsWith(sep) ? root : root + sep);
}

/** The original's one sentence for it. */
export function outsideHome(): HypivisorError {
  return new HypivisorError(
    "forbidden",
    "Path resolves outside home directory",
  );
}

/**
 * Resolves symlinks, and sees that what is meant is in the home.
 *
 * @throws {HypivisorError} `bad_request` or `forbidden`, in the original's words.
 */
export async function realpathInHome(
  path: string,
  home: string,
): Promise<string> {
  const root = await realpath(home);
  const real = await realpath(path).catch((thrown) => {
    throw new HypivisorError("bad_request", `Invalid path: ${osText(thrown)}`);
  });
  if (!isInside(real, root)) throw outsideHome();
  return real;
}

const OS_TEXTS: Readonly<Record<string, string>> = {
  ENOENT: "No such file or directory (os error 2)",
  EACCES: "Permission denied (os error 13)",
  EEXIST: "File exists (os error 17)",
  ENOTDIR: "Not a directory (os error 20)",
  EROFS: "Read-only file system (os error 30)",
  ELOOP: "Too many levels of symbolic links (os error 40)",
  ENAMETOOLONG: "File name too long (os error 36)",
};

/** What the system said, as the original's system words it. */
export function osText(thrown: unknown): string {
  const { code, message } = thrown as NodeJS.ErrnoException;
  return (code && OS_TEXTS[code]) ?? message;
}
