/**
 * The environment that a service's process gets: chosen from the daemon's, not
 * inherited, then what its file gives.
 *
 * The daemon's own holds secrets of everything else that is started from the
 * same shell; only what programs commonly need is passed on unasked.
 */

import { readFileSync } from "node:fs";
import { HypivisorError } from "../../../errors.ts";
import type { ProcessConfig } from "../config/config.ts";

/** What is passed on unasked. */
const USUAL: readonly string[] = [
  "PATH",
  "HOME",
  "USER",
  "LOGNAME",
  "SHELL",
  "LANG",
  "LANGUAGE",
  "LC_*",
  "TZ",
  "TMPDIR",
  "XDG_*",
  "DBUS_SESSION_BUS_ADDRESS",
  "SSL_CERT_FILE",
  "SSL_CERT_DIR",
  "NODE_EXTRA_CA_CERTS",
  "HTTP_PROXY",
  "HTTPS_PROXY",
  "ALL_PROXY",
  "NO_PROXY",
  "http_proxy",
  "https_proxy",
  "all_proxy",
  "no_proxy",
];

/** Larger than any file of settings; read before each start. */
const ENV_FILE_MAX_BYTES = 1024 * 1024;

export type Environment = Readonly<Record<string, string>>;

/**
 * @param secrets As they were found out.
 * @param port What `{port}` stands for; exported as PORT.
 * @throws {HypivisorError} `unavailable` if a file cannot be read.
 */
export function environmentOf(
  config: ProcessConfig,
  { inherited, secrets, port }: {
    inherited: Environment;
    secrets: Environment;
    port: number | undefined;
  },
): Record<string, string> {
  const env: Record<string, string> = {};
  const wanted = [...USUAL, ...config.envInherit];
  for (const [name, value] of Object.entries(inherited)) {
    if (isWanted(name, wanted)) env[name] = value;
  }
  if (port !== undefined) env.PORT = String(port);
  for (const file of config.envFiles) Object.assign(env, readEnvFile(file));
  for (const [name, value] of Object.entries(config.env)) {
    env[name] = withPort(value, port);
  }
  return { ...env, ...secrets };
}

export function withPort(text: string, port: number | undefined): string {
  return port === undefined ? text : text.replaceAll("{port}", String(port));
}

function isWanted(name: string, wanted: readonly string[]): boolean {
  // Meant for the executable that we are: it would change other Buns.
  if (name.startsWith("BUN_")) return false;
  return wanted.some((one) =>
    one.endsWith("*") ? name.startsWith(one.slice(0, -1)) : name === one
  );
}

function readEnvFile(file: string): Record<string, string> {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (cause) {
    throw new HypivisorError(
      "unavailable",
      `Cannot read the env-file "${file}": ${(cause as Error).message}`,
      { cause },
    );
  }
  if (text.length > ENV_FILE_MAX_BYTES) {
    const bound = `at most ${ENV_FILE_MAX_BYTES} bytes`;
    throw new HypivisorError(
      "unavailable",
      `Cannot read the env-file "${file}": must have ${bound}`,
    );
  }
  return parseEnvFile(text);
}

/**
 * Reads `NAME=value` lines as docker and systemd take them: `#` begins a
 * comment line, quotes around a value are taken off, nothing is expanded.
 */
export function parseEnvFile(text: string): Record<string, string> {
  const env: Record<string, string> = {};
  for (const line of text.split(/\r?\n/)) {
    const found = line.match(
      /^\s*(?:export\s+)?([A-Za-z_]\w*)\s*=\s*(.*?)\s*$/,
    );
    const [, name, value = ""] = found ?? [];
    if (name && !value.includes("\0")) env[name] = unquoted(value);
  }
  return env;
}

function unquoted(value: string): string {
  const [, single] = value.match(/^'([^']*)'$/) ?? [];
  if (single !== undefined) return single;
  const [, double] = value.match(/^"((?:[^"\\]|\\.)*)"$/) ?? [];
  if (double === undefined) return value;
  return double.replace(
    /\\(.)/g,
    (_, escaped) => escaped === "n" ? "\n" : escaped,
  );
}
