/**
 * The folder of services: every file in it read, and what must hold between
 * them checked. A bad file spoils nothing but itself.
 *
 * Nothing in the folder is trusted: sizes and numbers are bounded, and what is
 * no regular file is not opened, so that a FIFO cannot hold the runner.
 */

import {
  closeSync,
  constants,
  fstatSync,
  openSync,
  readdirSync,
  readSync,
} from "node:fs";
import { basename, join } from "node:path";
import type { ConfigFault, ServiceName } from "../../../protocol/service.ts";
import type { ReadConfig } from "./config.ts";
import { checkTogether } from "./together.ts";
import { Faults } from "./faults.ts";
import { readConfig } from "./read_config.ts";

/** A service's file has a few hundred bytes; parsing this much takes 0.1 s. */
export const CONFIG_MAX_BYTES = 256 * 1024;

/** More files than a machine can run are a mistake: the rest is not read. */
export const CONFIG_FILES_MAX = 5_000;

/** Reading goes on in the next turn after this: terminals must not wait. */
const TURN_MS = 10;

export interface FolderRead {
  /** In the order of their names. */
  readonly services: readonly ReadConfig[];
  /** Of the folder itself. */
  readonly faults: readonly ConfigFault[];
}

export function faultsOf(read: FolderRead): ConfigFault[] {
  return [
    ...read.faults,
    ...read.services.flatMap((one) => one.ok ? [] : one.faults),
  ];
}

/** A folder that is not there has no services. */
export async function readFolder(
  folder: string,
  home: string,
): Promise<FolderRead> {
  const faults = new Faults(folder);
  const names = namesIn(folder, faults);
  if (names.length > CONFIG_FILES_MAX) {
    faults.unreadable(
      `${names.length} files: only the first ${CONFIG_FILES_MAX} are read`,
    );
  }
  const services: ReadConfig[] = [];
  let turnEnds = performance.now() + TURN_MS;
  for (const name of names.slice(0, CONFIG_FILES_MAX)) {
    services.push(readOne(join(folder, name), home));
    if (performance.now() < turnEnds) continue;
    await new Promise<void>((resolve) => setImmediate(resolve));
    turnEnds = performance.now() + TURN_MS;
  }
  return { services: checkTogether(services), faults: faults.list() };
}

/** Files that begin with a dot are editors' own. */
function namesIn(folder: string, faults: Faults): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith(".kdl") && !name.startsWith("."))
      .sort();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== "ENOENT") faults.unreadable(whyOf(error));
    return [];
  }
}

function readOne(file: string, home: string): ReadConfig {
  const name = basename(file, ".kdl");
  try {
    return readConfig({ name, file, text: readText(file) }, home);
  } catch (error) {
    const faults = new Faults(file);
    faults.unreadable(whyOf(error));
    // Its name may be anything, and only ever stands in texts.
    const shown = name as ServiceName;
    return { ok: false, name: shown, file, faults: faults.list() };
  }
}

/** One file after the other is read into it: a new one would be zeroed. */
const bytes = Buffer.allocUnsafeSlow(CONFIG_MAX_BYTES + 1);

function readText(file: string): string {
  // Opening a FIFO to read would wait for someone to write.
  const fd = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const stat = fstatSync(fd);
    if (!stat.isFile()) throw new Error("not a regular file");
    // What is read counts, not what the size says: files in /proc have none.
    let length = 0;
    while (length < bytes.length) {
      const read = readSync(fd, bytes, length, bytes.length - length, null);
      if (read === 0) break;
      length += read;
    }
    if (length > CONFIG_MAX_BYTES) {
      throw new Error(`larger than ${CONFIG_MAX_BYTES} bytes`);
    }
    return decode(bytes.subarray(0, length));
  } finally {
    closeSync(fd);
  }
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new Error("stream did not contain valid UTF-8");
  }
}

function whyOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return code ? `${message.replace(/, \w+( '.*')?$/s, "")}` : message;
}
