/**
 * Where the hypivisor is, and the token that lets us in.
 *
 * The daemon keeps its token by the same rule; a change here is a change there
 * (`server/paths.ts`). Read anew at every attempt, so that a daemon may be
 * started, or make its token, after pi.
 */

import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { isAbsolute, join } from "node:path";
import { PROTOCOL_VERSION, UPLINK_QUERY } from "../server/protocol/version.ts";

export const DEFAULT_HYPIVISOR_WS = "ws://127.0.0.1:31415/ws";

/** The token file of a hypivisor on this machine. */
export function localTokenFile(env: NodeJS.ProcessEnv): string {
  const state = env.XDG_STATE_HOME;
  const base = state && isAbsolute(state)
    ? state
    : join(env.HOME || homedir(), ".local", "state");
  return join(base, "hypivisor", "token");
}

/** Whether `host` (as `URL.hostname` has it) can only be this machine. */
export function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || host === "[::1]" ||
    /^127(\.\d{1,3}){3}$/.test(host);
}

/** What the environment names, or the local daemon's own; else undefined. */
export async function findToken(
  env: NodeJS.ProcessEnv,
  local: boolean,
): Promise<string | undefined> {
  if (env.HYPI_TOKEN) return env.HYPI_TOKEN;
  const file = env.HYPI_TOKEN_FILE || (local ? localTokenFile(env) : "");
  if (!file) return undefined;
  const text = await readFile(file, "utf8").catch(() => "");
  return text.trim() || undefined;
}

/**
 * The URL to dial. A query that is there already stays as it is.
 *
 * @throws {TypeError} if `HYPIVISOR_WS` is not a URL.
 */
export async function uplinkUrl(env: NodeJS.ProcessEnv): Promise<string> {
  const url = new URL(env.HYPIVISOR_WS || DEFAULT_HYPIVISOR_WS);
  const token = await findToken(env, isLoopback(url.hostname));
  // Not `searchParams`: it writes a space as `+`, which the original's
  // percent-decoding leaves as it is, and it rewrites what was there.
  const ours = [`${UPLINK_QUERY}=${PROTOCOL_VERSION}`];
  if (token && !/[?&]token=/.test(url.search)) {
    ours.push(`token=${encodeURIComponent(token)}`);
  }
  const before = url.search.replace(/^\?/, "");
  url.search = "";
  url.hash = "";
  return `${url}?${[before, ...ours].filter(Boolean).join("&")}`;
}
