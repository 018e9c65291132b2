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
const tcflow = find("tcflow", { args: ["int", "int"], returns: "int" });
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

const TCOOFF = IS_MAC ? 1 : 0;
const TCOON = IS_MAC ? 2 : 1;

/** Holds or lets go what is written to a terminal. False if it cannot. */
export function holdOutput(fd: number, isHeld: boolean): boolean {
  return tcflow?.(fd, isHeld ? TCOOFF : TCOON) === 0;
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
