/**
 * The way in: the token that is asked for, the daemon's address for people, and
 * what programs on this machine are told of both.
 */

import { writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Config, TokenSource } from "./config.ts";
import { HypivisorError } from "./errors.ts";
import { logger } from "./log.ts";
import { makePrivateFile } from "./paths.ts";
import { isShortToken, keepToken, readTokenFile } from "./token.ts";

const log = logger("way_in");

/** Undefined if everybody is let in. */
export function readToken(source: TokenSource): string | undefined {
  switch (source.kind) {
    case "none":
      return undefined;
    case "given":
      return given(source.token, "HYPI_TOKEN");
    case "kept":
      return keepToken(source.file);
    case "file": {
      const token = readTokenFile(source.file);
      if (token) return given(token, source.file);
      throw new HypivisorError(
        "unavailable",
        `Cannot read the token file "${source.file}": it is missing or empty`,
      );
    }
  }
}

/**
 * The file that children of this daemon read the token from, which none of
 * them finds in its environment. Undefined if no token is asked for.
 */
export function tokenFileFor(
  source: TokenSource,
  dataDir: string,
): string | undefined {
  switch (source.kind) {
    case "none":
      return undefined;
    case "kept":
    case "file":
      return resolve(source.file);
    case "given": {
      const file = join(dataDir, "given-token");
      writeFileSync(makePrivateFile(file), source.token + "\n");
      return file;
    }
  }
}

/** The page's address, with a code that signs a browser in if there is one. */
export function pageUrl(config: Config, port: number, code?: string): string {
  return `http://${reachable(config, port)}/${code ? `#code=${code}` : ""}`;
}

/** Where agents on this machine dial. */
export function uplinkUrl(config: Config, port: number): string {
  return `ws://${reachable(config, port)}/ws`;
}

/** A daemon that listens everywhere is reached from here by loopback. */
function reachable({ host }: Config, port: number): string {
  const isAny = host === "0.0.0.0" || host === "::";
  const name = isAny ? "127.0.0.1" : host;
  return `${name.includes(":") ? `[${name}]` : name}:${port}`;
}

function given(token: string, from: string): string {
  if (isShortToken(token)) log.warn("token_short", { from });
  return token;
}
