/**
 * Who may connect to an agent that listens: whoever has the hypivisor's token,
 * and no web page of another origin. Closed by default: where this machine has
 * no token yet, one is made in the place where the hypivisor looks for its own.
 */

import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import { link, rm, writeFile } from "node:fs/promises";
import type { IncomingMessage } from "node:http";
import { dirname } from "node:path";
import { makeFolder } from "./folder.ts";
import { findToken, isLoopback, localTokenFile } from "./token.ts";

/** As the hypivisor makes them: 256 bits. */
const TOKEN_BYTES = 32;

/**
 * The token to ask for.
 *
 * @throws {Error} if `host` can be reached from outside and none was given.
 */
export async function tokenFor(
  env: NodeJS.ProcessEnv,
  host: string,
): Promise<string> {
  if (!isLoopback(host)) {
    const given = await findToken(env, false);
    if (given) return given;
    throw new Error(
      `Cannot listen on "${host}" without HYPI_TOKEN or HYPI_TOKEN_FILE`,
    );
  }
  const found = await findToken(env, true);
  if (found) return found;
  await makeToken(env.HYPI_TOKEN_FILE || localTokenFile(env));
  return await findToken(env, true) ?? unreadable();
}

/** The file appears whole, and only if nobody was faster. */
async function makeToken(file: string): Promise<void> {
  const dir = dirname(file);
  await makeFolder(dir, 0o700);
  const draft = `${file}.${process.pid}.${randomBytes(4).toString("hex")}`;
  const token = randomBytes(TOKEN_BYTES).toString("base64url");
  try {
    await writeFile(draft, `${token}\n`, { mode: 0o600, flag: "wx" });
    await link(draft, file).catch(() => {}); // Another one was faster.
  } finally {
    await rm(draft, { force: true });
  }
}

function unreadable(): never {
  throw new Error("Cannot read the token that was just made");
}

/** The HTTP status to refuse with; undefined if the request may come in. */
export function refusalOf(
  request: IncomingMessage,
  token: string,
): 401 | 403 | undefined {
  const { origin, host, authorization } = request.headers;
  if (origin !== undefined && !isSameHost(origin, host)) return 403;
  // Not `URL`, which throws at what a stranger may send as a path.
  const query = new URLSearchParams(request.url?.split("?")[1]);
  const bearer = authorization?.match(/^Bearer (.+)$/i)?.[1];
  const guess = query.get("token") ?? bearer ?? "";
  return isSame(guess, token) ? undefined : 401;
}

function isSameHost(origin: string, host: string | undefined): boolean {
  try {
    return new URL(origin).host === host;
  } catch {
    return false; // "null", or nothing that a browser would send.
  }
}

/** Takes as long for any guess. */
function isSame(guess: string, token: string): boolean {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(guess), digest(token));
}
