/** Makes a folder, and those above it. */

import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";

/**
 * Not `recursive`: where the folder above is there but takes none (`/proc`, an
 * automount), Node then tries for ever, on a thread that keeps the process from
 * ending (seen in 24).
 *
 * @throws {Error} the system's own, if it cannot be made.
 */
export async function makeFolder(dir: string, mode?: number): Promise<void> {
  const isMade = await made(dir, mode);
  if (isMade || dirname(dir) === dir) return;
  await makeFolder(dirname(dir), mode);
  await mkdir(dir, { mode }).catch(unlessThere);
}

/** False if there is no folder to make it in. */
async function made(dir: string, mode?: number): Promise<boolean> {
  try {
    await mkdir(dir, { mode });
  } catch (thrown) {
    if (codeOf(thrown) === "ENOENT") return false;
    unlessThere(thrown);
  }
  return true;
}

function unlessThere(thrown: unknown): void {
  if (codeOf(thrown) !== "EEXIST") throw thrown;
}

function codeOf(thrown: unknown): string | undefined {
  return (thrown as NodeJS.ErrnoException).code;
}
