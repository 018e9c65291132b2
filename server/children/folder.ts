/**
 * Folders for children: found, checked to be in the home, and only then made.
 *
 * Error texts of the first function are the original's. Unlike there, nothing
 * is made before it is certain where it would lie.
 */

import { lstat, mkdir, realpath, stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { HypivisorError } from "../errors.ts";
import { isInside, osText, outsideHome, realpathInHome } from "../home.ts";

/**
 * The folder that an agent is to work in, symlinks resolved; made if it is a
 * new one.
 *
 * @param newFolder Below `path`, or several deep; empty for none.
 * @throws {HypivisorError} `not_found`, `bad_request` or `forbidden`.
 */
export async function agentFolder(
  path: string,
  newFolder: string,
  home: string,
): Promise<string> {
  const root = await realpath(home);
  const wanted = newFolder === "" ? resolve(path) : resolve(path, newFolder);
  const { ground, missing } = await findGround(wanted);
  if (missing.length > 0 && newFolder === "") {
    throw new HypivisorError("not_found", "Path does not exist");
  }
  if (!isInside(ground, root)) throw outsideHome();
  if (missing.length > 0) await make(join(ground, ...missing));
  // Again: others may have been at work in between.
  const folder = await realpathInHome(wanted, home);
  if ((await stat(folder)).isDirectory()) return folder;
  throw new HypivisorError(
    "bad_request",
    `Failed to spawn: ${osText({ code: "ENOTDIR" })}`,
  );
}

/**
 * The folder that a terminal is opened in, symlinks resolved.
 *
 * @throws {HypivisorError} `bad_request` or `forbidden`.
 */
export async function terminalFolder(
  path: string | undefined,
  home: string,
): Promise<string> {
  const folder = await realpathInHome(path ?? home, home);
  if ((await stat(folder)).isDirectory()) return folder;
  throw new HypivisorError(
    "bad_request",
    `Cannot open a terminal in "${path}": it is not a folder`,
  );
}

interface Ground {
  /** The deepest folder of a path that exists, symlinks resolved. */
  readonly ground: string;
  /** What is to be made below it. */
  readonly missing: readonly string[];
}

async function findGround(wanted: string): Promise<Ground> {
  const missing: string[] = [];
  for (let path = wanted;; path = dirname(path)) {
    try {
      return { ground: await realpath(path), missing };
    } catch (thrown) {
      const { code } = thrown as NodeJS.ErrnoException;
      if (code !== "ENOENT" && code !== "ENOTDIR") {
        throw new HypivisorError(
          "bad_request",
          `Invalid path: ${osText(thrown)}`,
        );
      }
      // A link to nowhere: what is made would lie at its other end.
      if (await isThere(path)) throw notMade({ code: "EEXIST" });
      missing.unshift(basename(path));
    }
  }
}

async function isThere(path: string): Promise<boolean> {
  try {
    await lstat(path);
    return true;
  } catch {
    return false;
  }
}

async function make(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
  } catch (thrown) {
    throw notMade(thrown);
  }
}

function notMade(thrown: unknown): HypivisorError {
  return new HypivisorError(
    "bad_request",
    `Failed to create directory: ${osText(thrown)}`,
    { cause: thrown },
  );
}
