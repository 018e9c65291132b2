/**
 * Whose data directory it is: one daemon at a time writes into one.
 *
 * The lock is one of SQLite's on a file of its own: the kernel lets go of it
 * when the process ends, however it ends. A second daemon gets a folder below,
 * so that several on different ports can run side by side.
 */

import { Database } from "bun:sqlite";
import { join } from "node:path";
import { HypivisorError } from "../errors.ts";
import { logger } from "../log.ts";
import { makePrivateDir, makePrivateFile } from "../paths.ts";

const log = logger("data_dir");

export interface LockedDir {
  readonly path: string;
  /** Whether it lies below one that another daemon has. */
  readonly isShared: boolean;
  release(): void;
}

/** @throws {HypivisorError} `conflict` if the folder for this port is taken too. */
export function lockDataDir(
  { dataDir, port }: { readonly dataDir: string; readonly port: number },
): LockedDir {
  const own = lock(dataDir);
  if (own) return { ...own, isShared: false };
  const path = join(dataDir, `port-${port}`);
  makePrivateDir(path);
  const below = lock(path);
  if (!below) {
    throw new HypivisorError(
      "conflict",
      `Cannot use "${dataDir}": another hypivisor is using it. Choose another with --data-dir, or start with --no-store`,
    );
  }
  log.info("data_dir_shared", { dataDir, path });
  return { ...below, isShared: true };
}

function lock(path: string): Omit<LockedDir, "isShared"> | undefined {
  const db = new Database(makePrivateFile(join(path, "lock")));
  try {
    db.run("pragma locking_mode = exclusive");
    db.run("begin exclusive");
  } catch {
    db.close(); // Held by another.
    return undefined;
  }
  return { path, release: () => db.close() };
}
