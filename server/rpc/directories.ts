/**
 * Lists folders for choosing one, never outside the user's home.
 *
 * Results and error texts are the original's, down to its system's wording of
 * errors. Better than there: the home may be a symlink itself, symlinks to
 * folders inside it are listed, and names sort as people do.
 */

import { readdir, realpath, stat } from "node:fs/promises";
import { join } from "node:path";
import { HypivisorError } from "../errors.ts";
import { homeOf, isInside, osText, realpathInHome } from "../home.ts";

/** A folder with more is no place to choose from by hand. */
const DIRECTORIES_MAX = 5_000;

export interface Directories {
  readonly current: string;
  readonly directories: readonly string[];
}

/** @throws {HypivisorError} `bad_request` or `forbidden`, in the original's words. */
export async function listDirectories(
  path: string | undefined,
  home = homeOf(process.env),
): Promise<Directories> {
  const root = await realpath(home);
  const current = await realpathInHome(path ?? root, home);
  const entries = await readdir(current, { withFileTypes: true }).catch(
    (thrown) => {
      throw new HypivisorError(
        "bad_request",
        `Cannot read directory: ${osText(thrown)}`,
      );
    },
  );
  const names: string[] = [];
  for (const entry of entries) {
    if (names.length >= DIRECTORIES_MAX) break;
    if (entry.name.startsWith(".")) continue;
    if (
      entry.isDirectory() ||
      (entry.isSymbolicLink() && await leadsInside(current, entry.name, root))
    ) names.push(entry.name);
  }
  const order = new Intl.Collator("en", { numeric: true }).compare;
  return { current, directories: names.sort(order) };
}

async function leadsInside(
  folder: string,
  name: string,
  root: string,
): Promise<boolean> {
  try {
    const target = await realpath(join(folder, name));
    return isInside(target, root) && (await stat(target)).isDirectory();
  } catch {
    return false; // A dangling link is nothing to choose.
  }
}
