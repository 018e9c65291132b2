/** The doctor looks at the data directory: who may read it, and what is in it. */

import { existsSync, statfsSync, statSync } from "node:fs";
import { join } from "node:path";
import { checkDatabase } from "../../store/check.ts";
import { isShortToken, readTokenFile } from "../../token.ts";
import { sayBytes } from "../words.ts";
import { bad, type Finding, ok } from "./check.ts";

/** A day of many agents fits in less. */
const FREE_WANTED_BYTES = 1024 ** 3;
const FREE_NEEDED_BYTES = 100 * 1024 ** 2;

const OTHERS = 0o077;

export function lookAtPlaces(dataDir: string): Finding[] {
  if (!existsSync(dataDir)) {
    return [ok("data", `${dataDir} is made at the first start`)];
  }
  return [
    dir(dataDir),
    disk(dataDir),
    token(join(dataDir, "token")),
    database(join(dataDir, "hypivisor.db")),
  ];
}

function dir(path: string): Finding {
  const stat = statSync(path);
  if (!stat.isDirectory()) {
    return bad(
      "fail",
      "data",
      `${path} is no folder`,
      "Choose another: --data-dir",
    );
  }
  const { uid, mode } = stat;
  const own = process.getuid?.();
  if (own !== undefined && uid !== own) {
    return bad(
      "fail",
      "data",
      `${path} belongs to user ${uid}`,
      `Choose another with --data-dir, or: chown -R ${own} ${path}`,
    );
  }
  return isOpen(mode)
    ? bad("warn", "data", `${path} is open to others`, `chmod 700 ${path}`)
    : ok("data", path);
}

function disk(path: string): Finding {
  const { bavail, bsize } = statfsSync(path);
  const free = bavail * bsize;
  const found = `${sayBytes(free)} free`;
  if (free >= FREE_WANTED_BYTES) return ok("disk", found);
  const state = free < FREE_NEEDED_BYTES ? "fail" : "warn";
  return bad(state, "disk", found, "Make room: transcripts are kept there");
}

function token(file: string): Finding {
  if (!existsSync(file)) return ok("token", "is made at the first start");
  const kept = readTokenFile(file);
  if (kept === undefined) {
    return bad(
      "fail",
      "token",
      `${file} is empty`,
      `rm ${file}, then start again`,
    );
  }
  if (isOpen(statSync(file).mode)) {
    return bad(
      "warn",
      "token",
      `${file} is open to others`,
      `chmod 600 ${file}`,
    );
  }
  return isShortToken(kept)
    ? bad(
      "warn",
      "token",
      "can be guessed: it is short",
      `rm ${file}, then start again`,
    )
    : ok("token", file);
}

function database(file: string): Finding {
  if (!existsSync(file)) return ok("database", "is made at the first start");
  const why = checkDatabase(file);
  return why === undefined
    ? ok("database", `opens, ${sayBytes(statSync(file).size)}`)
    : bad(
      "fail",
      "database",
      `${file} does not open: ${why}`,
      `Move it away: a new one is made, agents tell their conversations again`,
    );
}

/** Windows keeps its folders by other means. */
function isOpen(mode: number): boolean {
  return process.platform !== "win32" && (mode & OTHERS) !== 0;
}
