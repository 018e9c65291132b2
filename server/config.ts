/**
 * What the daemon is told: flags and environment, read once into one value.
 *
 * @see usage in `cli/serve.ts` for what each of them means.
 */

import { isIP } from "node:net";
import { hostname } from "node:os";
import { join, resolve } from "node:path";
import { HypivisorError } from "./errors.ts";
import { isLogLevel, type LogLevel } from "./log.ts";
import { defaultDataDir } from "./paths.ts";

/** Where the token comes from. */
export type TokenSource =
  | { readonly kind: "given"; readonly token: string }
  | { readonly kind: "file"; readonly file: string }
  | { readonly kind: "kept"; readonly file: string }
  | { readonly kind: "none" };

export interface Config {
  /** 0 lets the system choose. */
  readonly port: number;
  readonly host: string;
  /** How long an offline node stays listed for clients of the original. */
  readonly nodeTtlMs: number;
  readonly dataDir: string;
  readonly isStored: boolean;
  readonly token: TokenSource;
  readonly allowOrigins: readonly string[];
  readonly allowHosts: readonly string[];
  readonly logLevel: LogLevel;
  /** Whether there are terminals and spawned agents at all. */
  readonly hasTerminals: boolean;
  /** How many may run at once. */
  readonly maxTerminals: number;
  readonly machine: string;
}

/** Flags as they were written, before anything is checked. */
export interface Flags {
  readonly port?: string;
  readonly host?: string;
  readonly "node-ttl"?: string;
  readonly "data-dir"?: string;
  readonly store: boolean;
  readonly "token-file"?: string;
  readonly auth: boolean;
  readonly "allow-origin": readonly string[];
  readonly "allow-host": readonly string[];
  readonly "log-level"?: string;
  readonly terminals: boolean;
  readonly "max-terminals"?: string;
}

export const DEFAULT_PORT = 31_415;
const DEFAULT_TTL_S = 30;

/** As many as a person may have open, and a program by mistake. */
const DEFAULT_MAX_TERMINALS = 64;

/** Each costs the runner some descriptors and up to a few MiB. */
const MAX_TERMINALS_MAX = 1_000;

/** A day: longer is what the store is for. */
const TTL_MAX_S = 86_400;

/** @throws {HypivisorError} `bad_request` naming the flag and what it takes. */
export function readConfig(flags: Flags, env: NodeJS.ProcessEnv): Config {
  const host = readHost(flags.host ?? "127.0.0.1");
  const dataDir = resolve(flags["data-dir"] || defaultDataDir(env));
  const token = tokenSource(flags, env, dataDir);
  if (token.kind === "none" && !isLoopbackHost(host)) {
    bad(
      "--no-auth",
      `--host ${host} would let everybody in: use it with a loopback address only`,
    );
  }
  return {
    port: whole("--port", flags.port, DEFAULT_PORT, 0, 65_535),
    host,
    nodeTtlMs: 1_000 *
      whole("--node-ttl", flags["node-ttl"], DEFAULT_TTL_S, 1, TTL_MAX_S),
    dataDir,
    isStored: flags.store,
    token,
    allowOrigins: flags["allow-origin"].map(readOrigin),
    allowHosts: flags["allow-host"].map(readHostName),
    hasTerminals: flags.terminals,
    maxTerminals: whole(
      "--max-terminals",
      flags["max-terminals"],
      DEFAULT_MAX_TERMINALS,
      1,
      MAX_TERMINALS_MAX,
    ),
    logLevel: readLevel(flags["log-level"] ?? env.HYPI_LOG ?? "info"),
    machine: hostname(),
  };
}

export function isLoopbackHost(host: string): boolean {
  return host === "localhost" || host === "::1" ||
    /^127(\.\d{1,3}){3}$/.test(host);
}

function tokenSource(
  flags: Flags,
  env: NodeJS.ProcessEnv,
  dataDir: string,
): TokenSource {
  if (!flags.auth) {
    if (flags["token-file"]) {
      bad("--no-auth", "--token-file asks for the opposite");
    }
    return { kind: "none" };
  }
  const file = flags["token-file"];
  if (file) return { kind: "file", file };
  if (env.HYPI_TOKEN) return { kind: "given", token: env.HYPI_TOKEN };
  return { kind: "kept", file: join(dataDir, "token") };
}

function bad(flag: string, why: string): never {
  throw new HypivisorError("bad_request", `Cannot use ${flag}: ${why}`);
}

function whole(
  flag: string,
  given: string | undefined,
  otherwise: number,
  min: number,
  max: number,
): number {
  if (given === undefined) return otherwise;
  const value = /^\d{1,9}$/.test(given) ? Number(given) : NaN;
  if (value >= min && value <= max) return value;
  bad(`${flag} "${given}"`, `it must be a whole number from ${min} to ${max}`);
}

function readHost(host: string): string {
  const bare = host.replace(/^\[|\]$/g, "");
  const isName = bare !== "" && !/[\s/@?#:[\]]/.test(bare);
  if (isName || isIP(bare) === 6) return bare;
  bad(`--host "${host}"`, "it must be a name or an address, without a port");
}

function readHostName(host: string): string {
  if (URL.canParse(`http://${host}/`) && !/[/:@]/.test(host)) {
    return host.toLowerCase();
  }
  bad(`--allow-host "${host}"`, "it must be a name, without scheme and port");
}

function readOrigin(origin: string): string {
  const url = URL.canParse(origin) ? new URL(origin) : undefined;
  const isWeb = url?.protocol === "http:" || url?.protocol === "https:";
  if (url && isWeb && url.username === "" && !/[^:/]\/|[?#]/.test(origin)) {
    return url.origin;
  }
  bad(
    `--allow-origin "${origin}"`,
    "it must be scheme, name and port, such as https://pi.example.org",
  );
}

function readLevel(level: string): LogLevel {
  if (isLogLevel(level)) return level;
  bad(`--log-level "${level}"`, "it must be debug, info, warn or error");
}
