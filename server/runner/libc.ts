/**
 * The few functions of the C library that Bun has no words for. The only file
 * with foreign calls in it.
 *
 * Each is looked up by itself, so that a library that lacks one costs one. What
 * is missing answers undefined or false, and the caller has another way.
 */

import { dlopen, type FFIFunction, ptr } from "bun:ffi";

const IS_MAC = process.platform === "darwin";

/** glibc, musl (named after the machine) and macOS. */
const LIBRARIES: readonly string[] = IS_MAC ? ["libSystem.B.dylib"] : [
  "libc.so.6",
  `libc.musl-${process.arch === "arm64" ? "aarch64" : "x86_64"}.so.1`,
];

type IntFunction = (...args: unknown[]) => number;

function find(name: string, declared: FFIFunction): IntFunction | undefined {
  for (const library of LIBRARIES) {
    try {
      const { symbols } = dlopen(library, { [name]: declared });
      return symbols[name] as unknown as IntFunction;
    } catch {
      // Another library, or another way.
    }
  }
  return undefined;
}

const flock = find("flock", { args: ["int", "int"], returns: "int" });
const fcntl = find("fcntl", { args: ["int", "int", "int"], returns: "int" });
const dup = find("dup", { args: ["int"], returns: "int" });
const ioctl = find("ioctl", { args: ["int", "u64", "ptr"], returns: "int" });
const tcsetwinsize = find("tcsetwinsize", {
  args: ["int", "ptr"],
  returns: "int",
});
const ptsname = find("ptsname", { args: ["int"], returns: "cstring" });
const getsockopt = IS_MAC ? undefined : find("getsockopt", {
  args: ["int", "int", "int", "ptr", "ptr"],
  returns: "int",
});
const getpeereid = IS_MAC
  ? find("getpeereid", { args: ["int", "ptr", "ptr"], returns: "int" })
  : undefined;

const LOCK_EX_NB = 2 | 4;

/** Takes the lock of an open file. Undefined if there is no such call. */
export function tryLock(fd: number): boolean | undefined {
  return flock ? flock(fd, LOCK_EX_NB) === 0 : undefined;
}

const SOL_SOCKET = 1;
const SO_PEERCRED = 17;

/** User id of the process at the other end of a Unix socket, where it is told. */
export function peerUid(fd: number): number | undefined {
  if (getsockopt) {
    const credentials = new Uint32Array(3); // pid, uid, gid
    const length = new Uint32Array([credentials.byteLength]);
    const result = getsockopt(
      fd,
      SOL_SOCKET,
      SO_PEERCRED,
      ptr(credentials),
      ptr(length),
    );
    return result === 0 ? credentials[1] : undefined;
  }
  if (!getpeereid) return undefined;
  const ids = new Uint32Array(2);
  const result = getpeereid(fd, ptr(ids), ptr(ids, 4));
  return result === 0 ? ids[0] : undefined;
}

const F_DUPFD_CLOEXEC = 1030;
const AFTER_STDERR = 3;

/** The same file under another number, which children do not get. */
export function duplicate(fd: number): number | undefined {
  // On macOS Bun's children get no descriptor but those they are given, and
  // there a function of that many arguments is called in another way.
  const copy = IS_MAC ? dup?.(fd) : fcntl?.(fd, F_DUPFD_CLOEXEC, AFTER_STDERR);
  return copy !== undefined && copy >= 0 ? copy : undefined;
}

/** Name of the program's end of a pty. Undefined if it is none of ours. */
export function ptyName(fd: number): string | undefined {
  const name = ptsname?.(fd) as unknown as { toString(): string } | null;
  return name ? name.toString() : undefined;
}

const TIOCSWINSZ = 0x5414;

/** Sizes a terminal and tells its programs. In characters. */
export function setWindowSize(fd: number, cols: number, rows: number): void {
  const size = new Uint16Array([rows, cols, 0, 0]);
  // Where the C library has no word for it, it is not macOS.
  if (tcsetwinsize) tcsetwinsize(fd, ptr(size));
  else ioctl?.(fd, TIOCSWINSZ, ptr(size));
}

const pipe2 = IS_MAC
  ? undefined
  : find("pipe2", { args: ["ptr", "int"], returns: "int" });
const pipe = IS_MAC
  ? find("pipe", { args: ["ptr"], returns: "int" })
  : undefined;

/** On every Linux that Bun runs on. */
const O_CLOEXEC = 0o2000000;

export interface Pipe {
  readonly readFd: number;
  readonly writeFd: number;
}

/**
 * A real pipe, which children can open again by `/dev/stderr`; Bun's own are
 * sockets. Undefined if there is none to be had.
 */
export function makePipe(): Pipe | undefined {
  const fds = new Int32Array(2);
  const result = pipe2 ? pipe2(ptr(fds), O_CLOEXEC) : pipe?.(ptr(fds));
  const [readFd, writeFd] = fds;
  if (result !== 0 || readFd === undefined || writeFd === undefined) {
    return undefined;
  }
  return { readFd, writeFd };
}

const F_SETPIPE_SZ = 1031;

/** Lets so many bytes wait in a pipe, where the system allows that. */
export function widenPipe(fd: number, bytes: number): void {
  if (!IS_MAC) fcntl?.(fd, F_SETPIPE_SZ, bytes);
}

const dup3 = IS_MAC
  ? undefined
  : find("dup3", { args: ["int", "int", "int"], returns: "int" });

/** From now on a descriptor is another one's file. False if it cannot be. */
export function replaceFile(fd: number, by: number): boolean {
  return dup3?.(by, fd, O_CLOEXEC) === fd;
}

// It returns an address. Half of that tells enough, and is a number the engine
// calculates with a third faster.
const memccpy = find("memccpy", {
  args: ["ptr", "ptr", "int", "int"],
  returns: "int",
});

/** Memory that stays where it is while this is used. */
export interface Place {
  readonly bytes: Buffer;
  readonly address: number;
}

export function placeOf(bytes: Buffer): Place {
  return { bytes, address: ptr(bytes) };
}

/**
 * Copies bytes up to the first that is `last`, with that one, but no more than
 * `max`. Returns how many; 0 if there is none such, or no such call.
 */
export function copyThrough(
  last: number,
  from: Place,
  to: Place,
  { start, at, max }: { start: number; at: number; max: number },
): number {
  const left = Math.min(max, from.bytes.length - start, to.bytes.length - at);
  if (!memccpy) return 0;
  const end = memccpy(to.address + at, from.address + start, last, left);
  const length = (end - to.address - at) | 0;
  const isFound = length > 0 && length <= left &&
    from.bytes[start + length - 1] === last;
  return isFound ? length : 0;
}

const prctl = IS_MAC ? undefined : find("prctl", {
  args: ["int", "u64", "u64", "u64", "u64"],
  returns: "int",
});
const waitpid = find("waitpid", {
  args: ["int", "ptr", "int"],
  returns: "int",
});

const PR_SET_CHILD_SUBREAPER = 36;
const WNOHANG = 1;

/** From now on descendants that lose their parent become our own children. */
export function becomeSubreaper(): boolean {
  return prctl?.(PR_SET_CHILD_SUBREAPER, 1n, 0n, 0n, 0n) === 0;
}

/** Takes leave of a child that has ended. False while it has not. */
export function reap(pid: number): boolean {
  const status = new Int32Array(1);
  return waitpid?.(pid, ptr(status), WNOHANG) === pid;
}
