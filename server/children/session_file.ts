/**
 * The first line of one of pi's session files: whose session it is, and where.
 */

import { open, realpath, stat } from "node:fs/promises";
import { join } from "node:path";
import { HypivisorError } from "../errors.ts";
import { homeOf, isInside } from "../home.ts";
import { object, oneOf, parseJson, text } from "../read.ts";

/** A header is 200 bytes; one with long paths fits as well. */
const HEADER_MAX_BYTES = 64 * 1024;

const readHeader = object({
  type: oneOf("session"),
  id: text({ min: 1, max: 200 }),
  cwd: text({ min: 1, max: 4_096 }),
});

export interface SessionHeader {
  /** Resolved: two names of one file are one session. */
  readonly file: string;
  readonly id: string;
  readonly cwd: string;
}

/**
 * Reads it, if it lies where pi keeps sessions: in the home, or in pi's own
 * folder.
 *
 * @throws {HypivisorError} `not_found`, `forbidden`, or `bad_request` if it is
 *   no session.
 */
export async function readSessionFile(
  path: string,
  env: NodeJS.ProcessEnv,
): Promise<SessionHeader> {
  const file = await realpath(path).catch(() => {
    throw new HypivisorError("not_found", `Cannot find the session "${path}"`);
  });
  const roots = await Promise.all(rootsOf(env).map(resolved));
  if (!roots.some((root) => root !== undefined && isInside(file, root))) {
    throw new HypivisorError(
      "forbidden",
      `Cannot open the session "${path}": it lies outside the home`,
    );
  }
  // A pipe would be waited for, without an end.
  if (!(await stat(file)).isFile()) throw notASession(path);
  try {
    const { id, cwd } = readHeader(parseJson(await firstLine(file)), "header");
    // As pi names them: nothing that could be read as an option.
    if (!/^[\w.][\w.-]*$/.test(id)) throw notASession(path);
    return { file, id, cwd };
  } catch (cause) {
    throw notASession(path, cause);
  }
}

function rootsOf(env: NodeJS.ProcessEnv): string[] {
  const { PI_CODING_AGENT_DIR: dir, PI_CODING_AGENT_SESSION_DIR: sessions } =
    env;
  return [
    homeOf(env),
    ...(dir ? [join(dir, "sessions")] : []),
    ...(sessions ? [sessions] : []),
  ];
}

async function resolved(path: string): Promise<string | undefined> {
  return await realpath(path).catch(() => undefined);
}

async function firstLine(file: string): Promise<string> {
  await using handle = await open(file);
  const { buffer, bytesRead } = await handle.read(
    Buffer.alloc(HEADER_MAX_BYTES),
  );
  return buffer.subarray(0, bytesRead).toString().split("\n", 1)[0] ?? "";
}

function notASession(path: string, cause?: unknown): HypivisorError {
  return new HypivisorError(
    "bad_request",
    `Cannot open the session "${path}": it is no session of pi's`,
    { cause },
  );
}
