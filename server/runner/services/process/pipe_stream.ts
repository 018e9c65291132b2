/**
 * A pipe to be waited for, as Bun's stream reads it, that can be taken away
 * from the stream again.
 *
 * The stream reads ahead, on a descriptor of its own: cancelled while something
 * comes, it would lose what it has. Therefore that descriptor is given another
 * file, at whose end the stream comes to its own, with all it has read told.
 */

import { closeSync, constants, fstatSync, openSync } from "node:fs";
import { duplicate, makePipe, replaceFile } from "../../libc.ts";

const READ_NOW = constants.O_RDONLY | constants.O_NONBLOCK;

/** A descriptor, as long as it is the one of that file. */
interface Handle {
  readonly fd: number;
  readonly inode: number;
}

export class PipeStream {
  readonly #fd: number;
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  /** Bun's, if it was found. */
  readonly #own: Handle | undefined;
  #isTaken = false;

  /** Closing the descriptor stays the caller's, after the end. */
  constructor(fd: number) {
    this.#fd = fd;
    // The lowest that is free, as for everybody.
    const next = duplicate(fd);
    if (next !== undefined) closeSync(next);
    this.#reader = Bun.file(fd).stream().getReader();
    const inode = inodeOf(fd);
    if (next !== undefined && inode !== undefined && inodeOf(next) === inode) {
      this.#own = { fd: next, inode };
    }
  }

  /** Resolves to what has come; to undefined at the end. */
  async read(): Promise<Uint8Array | undefined> {
    if (this.#isTaken) return await this.#readAhead();
    return (await this.#reader.read()).value;
  }

  /**
   * Ends the stream after what it has read ahead. Returns another descriptor of
   * the pipe, to read what follows; undefined where that cannot be done.
   */
  takeAway(): number | undefined {
    const own = this.#own;
    // One that has seen the end may have closed it: then it is somebody else's.
    if (!own || inodeOf(own.fd) !== own.inode) return undefined;
    const ended = makePipe();
    if (!ended) return undefined;
    closeSync(ended.writeFd);
    const next = openAgain(this.#fd);
    this.#isTaken = next !== undefined && replaceFile(own.fd, ended.readFd);
    closeSync(ended.readFd);
    if (this.#isTaken) return next;
    if (next !== undefined) closeSync(next);
    return undefined;
  }

  /** There is no more to be read from now on. */
  close(): void {
    void this.#reader.cancel().catch(() => {});
  }

  /** What it has read ahead is there at once, or nothing is. */
  async #readAhead(): Promise<Uint8Array | undefined> {
    const late = new Promise<"late">((resolve) =>
      setImmediate(resolve, "late")
    );
    try {
      const reading = this.#reader.read();
      // It waits for the pipe, and does not see that it has another one.
      if (await Promise.race([reading, late]) === "late") this.close();
      return (await reading).value;
    } catch {
      return undefined; // Or it wants to wait for it, and cannot.
    }
  }
}

/** As a file of its own: a duplicate would be waited for like the first. */
function openAgain(fd: number): number | undefined {
  try {
    return openSync(`/proc/self/fd/${fd}`, READ_NOW);
  } catch {
    return undefined; // Another system, or no descriptor is left.
  }
}

function inodeOf(fd: number): number | undefined {
  try {
    return fstatSync(fd).ino;
  } catch {
    return undefined; // Nobody's.
  }
}
