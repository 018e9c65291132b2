/**
 * Whose data directory it is: one runner at a time has children in one.
 *
 * A lock of the kernel, which lets go of it when the process ends, however it
 * ends. The file stays: to remove it would let two in.
 */

import { closeSync, openSync } from "node:fs";
import { join } from "node:path";
import { makePrivateFile } from "../paths.ts";
import { tryLock } from "./libc.ts";

/** Held until this process ends. False if another runner has it. */
export async function lockForRunner(
  dataDir: string,
  socketPath: string,
): Promise<boolean> {
  const fd = openSync(makePrivateFile(join(dataDir, "runner.lock")), "r+");
  const isLocked = tryLock(fd);
  // Without the call the socket decides: whoever answers there is the runner.
  if (isLocked ?? !await isAnswered(socketPath)) return true;
  closeSync(fd);
  return false;
}

async function isAnswered(socketPath: string): Promise<boolean> {
  try {
    const socket = await Bun.connect({
      unix: socketPath,
      socket: { data() {} },
    });
    socket.end();
    return true;
  } catch {
    return false; // Nobody there, or nobody any more.
  }
}
