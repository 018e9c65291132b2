/**
 * Which hypivisor a command speaks to, and what lets it in: read from options
 * and environment, once. Knows no socket.
 */

import { join, resolve } from "node:path";
import { isLoopbackHost } from "../config.ts";
import { HypivisorError } from "../errors.ts";
import { daemonSocket, defaultDataDir } from "../paths.ts";
import { readTokenFile } from "../token.ts";
import { type Arguments, type Option, UsageError } from "./command.ts";

/** Options of every command that speaks to a daemon. */
export const TARGET_OPTIONS: readonly Option[] = [
  {
    kind: "value",
    name: "data-dir",
    value: "DIR",
    completion: "folder",
    summary: "The hypivisor of this data directory",
  },
  {
    kind: "value",
    name: "url",
    value: "URL",
    summary: "The hypivisor at this address (HYPIVISOR_URL)",
  },
  {
    kind: "value",
    name: "token-file",
    value: "FILE",
    completion: "file",
    summary: "The token for --url (HYPI_TOKEN, HYPI_TOKEN_FILE)",
  },
];

/** Option of every command that prints a result. */
export const JSON_OPTION: Option = {
  kind: "flag",
  name: "json",
  summary: "Print JSON",
};

export type Target =
  /** The daemon of this machine: opening its socket is the credential. */
  | {
    readonly kind: "socket";
    readonly path: string;
    readonly dataDir: string;
  }
  | {
    readonly kind: "url";
    /** `http:` or `https:`, without a slash at the end. */
    readonly url: string;
    readonly token?: string;
  };

export function dataDirOf(args: Arguments, env: NodeJS.ProcessEnv): string {
  const given = args.value("data-dir");
  return given === undefined ? defaultDataDir(env) : resolve(given);
}

/**
 * Chooses by `--url`, `--data-dir`, HYPIVISOR_URL; then the socket in the usual
 * place.
 *
 * @throws {UsageError} if the address is none.
 * @throws {HypivisorError} `unavailable` if a token file cannot be read.
 */
export function targetOf(args: Arguments, env: NodeJS.ProcessEnv): Target {
  const dataDir = dataDirOf(args, env);
  const isLocal = args.value("data-dir") !== undefined;
  const given = args.value("url") ??
    (isLocal ? undefined : env.HYPIVISOR_URL || undefined);
  if (given === undefined) {
    return { kind: "socket", path: daemonSocket(dataDir), dataDir };
  }
  const url = readUrl(given);
  const token = tokenFor(url, args.value("token-file"), dataDir, env);
  return {
    kind: "url",
    url: url.origin + url.pathname.replace(/\/+$/, ""),
    ...token === undefined ? {} : { token },
  };
}

/** Whether its folders are ours. */
export function isThisMachine(target: Target): boolean {
  return target.kind === "socket" || isLoopback(new URL(target.url));
}

function isLoopback({ hostname }: URL): boolean {
  return isLoopbackHost(hostname.replace(/^\[|\]$/g, ""));
}

/** As people write it: with or without scheme, or the page's own address. */
function readUrl(given: string): URL {
  const whole = /^[a-z]+:\/\//i.test(given) ? given : `http://${given}`;
  const web = whole.replace(/^ws(s?):/i, "http$1:");
  const url = URL.canParse(web) ? new URL(web) : undefined;
  if (url && /^https?:$/.test(url.protocol) && url.username === "") return url;
  throw new UsageError(
    `Cannot use --url "${given}": it must be an address such as http://my-desk:31415`,
  );
}

/** The kept token goes to this machine only: it is nobody else's business. */
function tokenFor(
  url: URL,
  file: string | undefined,
  dataDir: string,
  env: NodeJS.ProcessEnv,
): string | undefined {
  if (file !== undefined) return needToken(file);
  if (env.HYPI_TOKEN) return env.HYPI_TOKEN;
  if (env.HYPI_TOKEN_FILE) return needToken(env.HYPI_TOKEN_FILE);
  return isLoopback(url) ? readTokenFile(join(dataDir, "token")) : undefined;
}

function needToken(file: string): string {
  const token = readTokenFile(file);
  if (token !== undefined) return token;
  throw new HypivisorError(
    "unavailable",
    `Cannot read the token file "${file}": it is missing or empty`,
  );
}
