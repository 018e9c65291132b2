/** What must be there before a process is started, checked in this order. */

import { statSync } from "node:fs";
import { join } from "node:path";
import { HypivisorError } from "../../../errors.ts";

/**
 * The program as an absolute path.
 *
 * The folder comes first: Bun 1.4.5 reports a missing one as a missing program.
 *
 * @throws {HypivisorError} `unavailable`, naming what is not there.
 */
export function findProgram(
  name: string,
  { folder, path }: { folder: string; path: string },
): string {
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) {
    throw new HypivisorError(
      "unavailable",
      `Cannot start "${name}": the working-dir "${folder}" is not there (ENOENT)`,
    );
  }
  if (name.includes("/")) {
    const file = name.startsWith("/") ? name : join(folder, name);
    const isFile = statSync(file, { throwIfNoEntry: false })?.isFile();
    // Whether it may be executed is for the kernel to say.
    if (isFile) return file;
    throw new HypivisorError(
      "unavailable",
      `Cannot start "${name}": there is no such program (ENOENT)`,
    );
  }
  const found = Bun.which(name, { PATH: path, cwd: folder });
  if (found) return found;
  throw new HypivisorError(
    "unavailable",
    `Cannot start "${name}": it is not on the PATH (ENOENT)`,
  );
}
