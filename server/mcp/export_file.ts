/**
 * Config files of other programs: read whole, kept once, replaced in one step.
 *
 * Knows no format. A link stays a link (many people keep these files in a
 * repository of their own), the mode stays the mode, and a file that somebody
 * else wrote in between is not overwritten.
 */

import {
  closeSync,
  copyFileSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { HypivisorError } from "../errors.ts";

/** Larger than any config; `~/.claude.json` holds a history and has a few. */
const FILE_MAX = 64 * 1024 * 1024;

export interface ConfigFile {
  /** Where it really is, links followed. */
  readonly path: string;
  readonly exists: boolean;
  /** Without its byte order mark. */
  readonly text: string;
  readonly hash: string;
  /** Permissions; those for a new one if there is none. */
  readonly mode: number;
}

const BOM = "\ufeff";

/**
 * Reads a config file; one that is not there is empty.
 *
 * @throws {HypivisorError} `conflict` if it is no file of text.
 */
export function readConfigFile(path: string): ConfigFile {
  if (!existsSync(path)) {
    return { path, exists: false, text: "", hash: hashOf(""), mode: 0o644 };
  }
  const real = realpathSync(path);
  const { mode, size } = checked(real);
  if (size > FILE_MAX) throw odd(path, `it has over ${FILE_MAX} bytes`);
  const text = decode(path, readFileSync(real));
  return {
    path: real,
    exists: true,
    text: text.startsWith(BOM) ? text.slice(1) : text,
    hash: hashOf(text),
    mode: mode & 0o777,
  };
}

function checked(path: string): { mode: number; size: number } {
  const stats = statSync(path);
  if (!stats.isFile()) throw odd(path, "it is not a file");
  return stats;
}

function decode(path: string, bytes: Uint8Array): string {
  try {
    const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
    return decoder.decode(bytes);
  } catch (cause) {
    throw odd(path, "it is not UTF-8", cause);
  }
}

function odd(path: string, why: string, cause?: unknown): HypivisorError {
  return new HypivisorError("conflict", `Cannot edit "${path}": ${why}`, {
    cause,
  });
}

/**
 * Replaces a file in one step and returns the hash of what it holds now.
 *
 * @throws {HypivisorError} `conflict` if it is no longer what was read.
 */
export function writeConfigFile(
  file: ConfigFile,
  text: string,
  mode = file.mode,
): string {
  const { path } = file;
  mkdirSync(dirname(path), { recursive: true });
  const bom = file.exists && readFileSync(path, "utf8").startsWith(BOM);
  const whole = bom ? BOM + text : text;
  const next = join(dirname(path), `.${basename(path)}.${process.pid}.tmp`);
  try {
    const fd = openSync(next, "wx", mode);
    try {
      writeFileSync(fd, whole);
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
    if (readConfigFile(path).hash !== file.hash) {
      throw odd(path, "another program has just written it; try again");
    }
    renameSync(next, path);
  } catch (thrown) {
    rmSync(next, { force: true });
    throw thrown;
  }
  return hashOf(whole);
}

/** Takes a file away that is still what was read. */
export function deleteConfigFile(file: ConfigFile): void {
  if (readConfigFile(file.path).hash !== file.hash) {
    throw odd(file.path, "another program has just written it; try again");
  }
  rmSync(file.path);
}

/** Older copies that are kept beside a file, at most. */
const COPIES_MAX = 100;

/** Copies a file beside itself, and never over a copy of something else. */
export function backUp({ path, hash }: ConfigFile): string {
  for (let number = 1; number <= COPIES_MAX; number++) {
    const copy = `${path}.before-hypivisor${number > 1 ? `-${number}` : ""}`;
    if (existsSync(copy)) {
      if (readConfigFile(copy).hash === hash) return copy;
      continue;
    }
    copyFileSync(path, copy); // With its mode: it may hold secrets.
    return copy;
  }
  throw odd(path, `there are ${COPIES_MAX} copies of it already`);
}

export function hashOf(text: string): string {
  return new Bun.CryptoHasher("sha256").update(text).digest("hex");
}
