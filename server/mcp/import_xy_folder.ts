/**
 * `hypivisor import xy`: copies the files of `xy` into our folder, each with
 * what must change, and never over a file that is there.
 */

import {
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { HypivisorError } from "../errors.ts";
import { convertXy } from "./import_xy.ts";

/** Far more than a config has, and quick to read. */
const FILE_MAX = 256 * 1024;

export interface XyFile {
  /** Absolute, in the folder of `xy`. */
  readonly file: string;
  readonly what:
    | "copied"
    | "left" // There is one of that name, or it is none of ours to copy.
    | "unreadable";
  /** What was changed, or why nothing was; for a person. */
  readonly notes: readonly string[];
}

export interface ImportXyOptions {
  readonly from: string;
  readonly to: string;
  /** What our own reader says of the result; its faults become notes. */
  readonly check?: (file: string, text: string) => readonly string[];
}

/** Copies every file; returns what became of each, by name. */
export function importXy(
  { from, to, check }: ImportXyOptions,
): readonly XyFile[] {
  if (!existsSync(from)) return [];
  const names = readdirSync(from).filter((name) => name.endsWith(".kdl"));
  return names.sort().map((name) => {
    const file = join(from, name);
    try {
      return copy(file, join(to, name), check);
    } catch (thrown) {
      const { message } = thrown as Error;
      return { file, what: "unreadable", notes: [message] };
    }
  });
}

function copy(
  file: string,
  target: string,
  check: ImportXyOptions["check"],
): XyFile {
  const stem = /([^/]*)\.kdl$/.exec(file)?.[1] ?? "";
  if (!/^[a-z0-9_-]{1,64}$/.test(stem)) {
    const why = `"${stem}" cannot be the name of a service`;
    return { file, what: "left", notes: [why] };
  }
  if (existsSync(target)) {
    return { file, what: "left", notes: [`"${target}" is there already`] };
  }
  const stats = statSync(file);
  if (!stats.isFile() || stats.size > FILE_MAX) {
    throw new HypivisorError(
      "bad_request",
      `it is no file of ${FILE_MAX} bytes`,
    );
  }
  const { text, notes } = convertXy(readFileSync(file, "utf8"));
  writeNew(target, text, stats.mode & 0o777);
  const faults = check?.(target, text) ?? [];
  return { file, what: "copied", notes: [...notes, ...faults] };
}

/** Appears whole or not at all, and only where nothing is. */
function writeNew(target: string, text: string, mode: number): void {
  mkdirSync(join(target, ".."), { recursive: true, mode: 0o700 });
  const draft = `${target}.${process.pid}.tmp`;
  try {
    writeFileSync(draft, text, { mode, flag: "wx" });
    linkSync(draft, target);
  } finally {
    rmSync(draft, { force: true });
  }
}
