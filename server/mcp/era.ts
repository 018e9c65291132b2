/**
 * The two eras of MCP: their versions, the envelope that a modern request
 * carries, and the headers that repeat it.
 *
 * Up to 2025-11-25 a client begins with `initialize` and holds a session; from
 * 2026-07-28 on every request stands alone and says in `_meta` who asks. Servers
 * of both will be around for years.
 */

import { VERSION } from "../build_info.ts";
import { isRecord } from "../read.ts";
import type { JsonObject } from "./json_rpc.ts";

export type Era = "legacy" | "modern";

/** Newest first. */
export const LEGACY_VERSIONS: readonly string[] = [
  "2025-11-25",
  "2025-06-18",
  "2025-03-26",
  "2024-11-05",
];

export const LEGACY_VERSION = "2025-11-25";
export const MODERN_VERSION = "2026-07-28";

/** Versions are dates, so they sort as text. */
export function isModern(version: string): boolean {
  return version >= MODERN_VERSION;
}

/** Keys of `_meta` that the modern era gives a meaning to. */
export const META = {
  version: "io.modelcontextprotocol/protocolVersion",
  client: "io.modelcontextprotocol/clientInfo",
  capabilities: "io.modelcontextprotocol/clientCapabilities",
  logLevel: "io.modelcontextprotocol/logLevel",
  server: "io.modelcontextprotocol/serverInfo",
  subscription: "io.modelcontextprotocol/subscriptionId",
} as const;

export const HEADER = {
  version: "MCP-Protocol-Version",
  method: "Mcp-Method",
  name: "Mcp-Name",
  session: "Mcp-Session-Id",
} as const;

/** A program's name and version, as each side tells the other. */
export interface Implementation {
  readonly name: string;
  readonly version: string;
  readonly title?: string;
}

/** Who we are when we are the client. */
export const OURSELVES: Implementation = {
  name: "hypivisor",
  version: VERSION,
};

/** Who asks, in the terms of both eras. */
export interface ClientFacts {
  readonly info: JsonObject | undefined;
  readonly capabilities: JsonObject;
  readonly logLevel: string | undefined;
}

/** Params of a modern request: the envelope joins what `_meta` holds already. */
export function withEnvelope(
  params: JsonObject,
  client: ClientFacts,
): JsonObject {
  return {
    ...params,
    _meta: {
      ...metaOf(params),
      [META.version]: MODERN_VERSION,
      ...(client.info ? { [META.client]: client.info } : {}),
      [META.capabilities]: client.capabilities,
      ...(client.logLevel ? { [META.logLevel]: client.logLevel } : {}),
    },
  };
}

/** The same params as a legacy server takes them. */
export function withoutEnvelope(params: JsonObject): JsonObject {
  const { _meta, ...rest } = params;
  if (!isRecord(_meta)) return params;
  const meta = { ..._meta };
  delete meta[META.version];
  delete meta[META.client];
  delete meta[META.capabilities];
  delete meta[META.logLevel];
  return Object.keys(meta).length > 0 ? { ...rest, _meta: meta } : rest;
}

export function metaOf(params: JsonObject): JsonObject {
  return isRecord(params._meta) ? params._meta : {};
}

/** The version that a request claims for itself; only modern ones do. */
export function claimedVersion(params: JsonObject): string | undefined {
  const version = metaOf(params)[META.version];
  return typeof version === "string" ? version : undefined;
}

/** Which of its params a method names in the `Mcp-Name` header. */
const NAMED_BY: Readonly<Record<string, string>> = {
  "tools/call": "name",
  "prompts/get": "name",
  "resources/read": "uri",
  "tasks/get": "taskId",
  "tasks/update": "taskId",
  "tasks/cancel": "taskId",
};

/** What a request's `Mcp-Name` header has to say. */
export function nameOf(method: string, params: JsonObject): string | undefined {
  const field = Object.hasOwn(NAMED_BY, method) ? NAMED_BY[method] : undefined;
  const value = field === undefined ? undefined : params[field];
  return typeof value === "string" ? value : undefined;
}

/** Headers of a modern request, by what its body says. */
export function modernHeaders(
  method: string,
  params: JsonObject,
): Record<string, string> {
  const name = nameOf(method, params);
  return {
    [HEADER.version]: claimedVersion(params) ?? MODERN_VERSION,
    [HEADER.method]: method,
    ...(name === undefined ? {} : { [HEADER.name]: toHeader(name) }),
  };
}

const BASE64 = /^=\?base64\?([A-Za-z0-9+/]*={0,2})\?=$/;

/** Header text is ASCII without outer spaces; all else goes as base64. */
function toHeader(text: string): string {
  const isPlain = /^[\x21-\x7e]([\x20-\x7e\t]*[\x21-\x7e])?$/.test(text) &&
    !BASE64.test(text);
  if (isPlain) return text;
  return `=?base64?${Buffer.from(text, "utf8").toString("base64")}?=`;
}

export function fromHeader(text: string): string {
  const encoded = BASE64.exec(text.trim())?.[1];
  if (encoded === undefined) return text.trim();
  return Buffer.from(encoded, "base64").toString("utf8");
}
