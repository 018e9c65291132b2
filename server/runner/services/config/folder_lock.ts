/**
 * Whose services they are: one runner at a time runs those of a folder, so that
 * two daemons with data of their own do not run each of them twice.
 *
 * A lock of the kernel on the folder itself: nothing is written there, and it
 * is let go of when the process ends, however it ends.
 */

import {
  closeSync,
  constants,
  fstatSync,
  openSync,
  readFileSync,
} from "node:fs";
import { HypivisorError } from "../../../errors.ts";
import { tryLock } from "../../libc.ts";

/** A runner that was killed a moment ago may not be gone altogether. */
const TRY_MS = 500;
const TRY_EVERY_MS = 25;

interface Held {
  readonly fd: number;
  /** Another folder may have come to be at the same path. */
  readonly inode: number;
}

export class FolderLock {
  #held: Held | undefined;

  /**
   * Resolves when the folder is ours, or there is none, or its file system has
   * no locks.
   *
   * @throws {HypivisorError} `conflict`, saying who has it.
   */
  async take(folder: string): Promise<void> {
    const triesEnd = performance.now() + TRY_MS;
    let holder = this.#tryTake(folder);
    while (holder !== undefined && performance.now() < triesEnd) {
      await Bun.sleep(TRY_EVERY_MS);
      holder = this.#tryTake(folder);
    }
    if (holder === undefined) return;
    throw new HypivisorError(
      "conflict",
      `Cannot run the services in "${folder}": another hypivisor runs them (${holder}). Stop that one and give "hypivisor reload", or set XDG_CONFIG_HOME to another folder`,
    );
  }

  release(): void {
    if (this.#held) closeSync(this.#held.fd);
    this.#held = undefined;
  }

  /** Returns who has it, if it is not ours. */
  #tryTake(folder: string): string | undefined {
    let fd: number;
    try {
      fd = openSync(folder, constants.O_RDONLY | constants.O_DIRECTORY);
    } catch {
      return undefined; // There is nothing that could be run.
    }
    const inode = fstatSync(fd).ino;
    if (this.#held?.inode === inode) {
      closeSync(fd);
      return undefined;
    }
    if (tryLock(fd) === false) {
      closeSync(fd);
      return holderOf(inode);
    }
    this.release();
    this.#held = { fd, inode };
    return undefined;
  }
}

/** Who has locked a file; undefined if nobody has, and it just has no locks. */
function holderOf(inode: number): string | undefined {
  const lock = new RegExp(
    `FLOCK\\s+\\S+\\s+\\S+\\s+(\\d+)\\s+\\S+:${inode}\\s`,
  );
  try {
    const pid = lock.exec(readFileSync("/proc/locks", "latin1"))?.[1];
    return pid && `process ${pid}`;
  } catch {
    return "its process is not told"; // Not Linux.
  }
}
