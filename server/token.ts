/**
 * The token: the shared secret that lets a request in. Made here at the first
 * start, or given; compared without telling by time how much of it was right.
 */

import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import {
  chmodSync,
  linkSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { HypivisorError } from "./errors.ts";

/** 256 bits, as 43 characters that need no escaping in a URL or a shell. */
const TOKEN_BYTES = 32;

/** Shorter ones can be guessed. Taken all the same, as the original takes them. */
const SHORT_TOKEN_CHARACTERS = 16;

export function makeToken(): string {
  return randomBytes(TOKEN_BYTES).toString("base64url");
}

/** Whether a token that was given can be guessed by trying. */
export function isShortToken(token: string): boolean {
  return token.length < SHORT_TOKEN_CHARACTERS;
}

/** Reads the token of `file`; surrounding white space does not belong to it. */
export function readTokenFile(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8").trim() || undefined;
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw new HypivisorError(
      "unavailable",
      `Cannot read the token file "${file}": ${(thrown as Error).message}`,
      { cause: thrown },
    );
  }
}

/**
 * The token kept in `file`, made if there is none.
 *
 * Two daemons that start at once end up with the same one: the file appears
 * whole under its name, and only if nobody was faster.
 */
export function keepToken(file: string): string {
  const kept = readTokenFile(file);
  if (kept) {
    if (process.platform !== "win32") chmodSync(file, 0o600);
    return kept;
  }
  const draft = `${file}.${process.pid}.${randomBytes(4).toString("hex")}`;
  try {
    writeFileSync(draft, makeToken() + "\n", { mode: 0o600, flag: "wx" });
    linkSync(draft, file);
  } catch (thrown) {
    // Another one was faster, or the file is there but empty: theirs counts.
    if ((thrown as NodeJS.ErrnoException).code !== "EEXIST") {
      throw new HypivisorError(
        "unavailable",
        `Cannot write the token file "${file}": ${(thrown as Error).message}`,
        { cause: thrown },
      );
    }
    if (!readTokenFile(file)) {
      writeFileSync(file, makeToken() + "\n", { mode: 0o600 });
    }
  } finally {
    rmSync(draft, { force: true });
  }
  return readTokenFile(file) as string;
}

/** True if both are the same. Takes as long for any guess of that length. */
export function sameSecret(guess: string, secret: string): boolean {
  return timingSafeEqual(digest(guess), digest(secret));
}

function digest(value: string): Buffer {
  return createHash("sha256").update(value).digest();
}
