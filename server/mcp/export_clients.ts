/**
 * The MCP clients that a service can be exported to, as data: where each keeps
 * its config, in which format, under which key, and how it wants a server
 * written.
 *
 * Touches no file. Whatever a machine decides (home, platform, environment) is
 * an argument, so that a test has its own.
 */

import { join } from "node:path";
import { isRecord } from "../read.ts";
import type { JsonObject } from "./json_rpc.ts";

/** What decides where a client's files are. */
export interface Place {
  readonly home: string;
  readonly platform: NodeJS.Platform;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The folder that is the project, for the scope of that name. */
  readonly project: string;
}

/** One service, as clients reach it. */
export interface ExportTarget {
  readonly name: string;
  readonly url: string;
  /** Sent with every request: the credential, if one is wanted. */
  readonly headers?: Readonly<Record<string, string>>;
  /** A command that speaks MCP on stdio, for clients that know no other way. */
  readonly command: readonly [string, ...string[]];
}

export type ExportScope = "user" | "project";
export type ConfigFormat = "json" | "toml" | "yaml";

export interface ExportClient {
  readonly label: string;
  readonly format: ConfigFormat;
  /** Its file: the first of these that is there, or else the first. */
  readonly user: (place: Place) => readonly string[];
  readonly project?: (place: Place) => readonly string[];
  /** Where its servers are, given what is in the file already. */
  readonly keys: (config: JsonObject) => readonly string[];
  readonly entry: (target: ExportTarget, config: JsonObject) => JsonObject;
}

/** `$XDG_CONFIG_HOME`; clients that use it do so on macOS, too. */
function xdg({ env, home }: Place, ...path: string[]): string {
  const base = env.XDG_CONFIG_HOME;
  return join(base?.startsWith("/") ? base : join(home, ".config"), ...path);
}

/** Where applications of a desktop keep their settings. */
function appConfig(place: Place, ...path: string[]): string {
  const { platform, env, home } = place;
  switch (platform) {
    case "darwin":
      return join(home, "Library", "Application Support", ...path);
    case "win32":
      return join(env.APPDATA ?? join(home, "AppData", "Roaming"), ...path);
    default:
      return xdg(place, ...path);
  }
}

/** A folder that the environment may move. */
function dirOf(
  { env, home }: Place,
  variable: string,
  ...path: string[]
): string {
  return env[variable] || join(home, ...path);
}

const MCP_SERVERS = () => ["mcpServers"];

/** The form that most have: a type, an address and headers. */
function httpEntry({ url, headers }: ExportTarget): JsonObject {
  return { type: "http", url, ...(headers ? { headers } : {}) };
}

/** The same with another name for the address, and no type. */
function untyped(field: string): ExportClient["entry"] {
  return ({ url, headers }) => ({
    [field]: url,
    ...(headers ? { headers } : {}),
  });
}

export const EXPORT_CLIENTS = {
  "claude-code": {
    label: "Claude Code",
    format: "json",
    user: (place) => [
      join(place.env.CLAUDE_CONFIG_DIR || place.home, ".claude.json"),
    ],
    project: ({ project }) => [join(project, ".mcp.json")],
    keys: MCP_SERVERS,
    entry: httpEntry,
  },
  "claude-desktop": {
    label: "Claude Desktop",
    format: "json",
    user: (place) => [appConfig(place, "Claude", "claude_desktop_config.json")],
    keys: MCP_SERVERS,
    entry: ({ command: [command, ...args] }) => ({ command, args }),
  },
  cursor: {
    label: "Cursor",
    format: "json",
    user: ({ home }) => [join(home, ".cursor", "mcp.json")],
    project: ({ project }) => [join(project, ".cursor", "mcp.json")],
    keys: MCP_SERVERS,
    entry: httpEntry,
  },
  vscode: {
    label: "VS Code",
    format: "json",
    user: (place) => [appConfig(place, "Code", "User", "mcp.json")],
    project: ({ project }) => [join(project, ".vscode", "mcp.json")],
    keys: () => ["servers"],
    entry: httpEntry,
  },
  codex: {
    label: "Codex",
    format: "toml",
    user: (place) => [
      join(dirOf(place, "CODEX_HOME", ".codex"), "config.toml"),
    ],
    project: ({ project }) => [join(project, ".codex", "config.toml")],
    keys: () => ["mcp_servers"],
    // A field named `headers` would be read and ignored.
    entry: ({ url, headers }) => ({
      url,
      ...(headers ? { http_headers: headers } : {}),
    }),
  },
  gemini: {
    label: "Gemini CLI",
    format: "json",
    user: ({ home }) => [join(home, ".gemini", "settings.json")],
    project: ({ project }) => [join(project, ".gemini", "settings.json")],
    keys: MCP_SERVERS,
    // `url` would be an address of the older transport.
    entry: untyped("httpUrl"),
  },
  windsurf: {
    label: "Windsurf",
    format: "json",
    user: ({ home }) => [
      join(home, ".codeium", "windsurf", "mcp_config.json"),
    ],
    keys: MCP_SERVERS,
    entry: ({ url, headers }) => ({
      type: "http",
      serverUrl: url,
      ...(headers ? { headers } : {}),
    }),
  },
  zed: {
    label: "Zed",
    format: "json",
    user: (place) => [
      place.platform === "win32"
        ? appConfig(place, "Zed", "settings.json")
        : xdg(place, "zed", "settings.json"),
    ],
    project: ({ project }) => [join(project, ".zed", "settings.json")],
    keys: () => ["context_servers"],
    entry: untyped("url"),
  },
  opencode: {
    label: "OpenCode",
    format: "json",
    user: (place) =>
      ["opencode.json", "opencode.jsonc"].map((file) =>
        xdg(place, "opencode", file)
      ),
    project: ({ project }) =>
      ["opencode.json", "opencode.jsonc"].map((file) => join(project, file)),
    // Version 2 reads both forms, and version 1 only the first.
    keys: (config) => isOpenCode2(config) ? ["mcp", "servers"] : ["mcp"],
    entry: ({ url, headers }, config) => ({
      type: "remote",
      url,
      ...(isOpenCode2(config) ? {} : { enabled: true }),
      ...(headers ? { headers } : {}),
    }),
  },
  goose: {
    label: "Goose",
    format: "yaml",
    user: (place) => [
      place.platform === "win32"
        ? appConfig(place, "Block", "goose", "config", "config.yaml")
        : xdg(place, "goose", "config.yaml"),
    ],
    keys: () => ["extensions"],
    entry: ({ name, url, headers }) => ({
      enabled: true,
      type: "streamable_http",
      name,
      description: "",
      uri: url,
      ...(headers ? { headers } : {}),
      envs: {},
      env_keys: [],
      timeout: 300,
    }),
  },
  copilot: {
    label: "Copilot CLI",
    format: "json",
    user: (place) => [
      join(dirOf(place, "COPILOT_HOME", ".copilot"), "mcp-config.json"),
    ],
    keys: MCP_SERVERS,
    entry: (target) => ({ ...httpEntry(target), tools: ["*"] }),
  },
  pi: {
    label: "pi",
    format: "json",
    user: (place) => [
      join(
        dirOf(place, "PI_CODING_AGENT_DIR", ".pi", "agent"),
        "mcp.json",
      ),
    ],
    project: ({ project }) => [join(project, ".pi", "mcp.json")],
    keys: MCP_SERVERS,
    entry: untyped("url"),
  },
} as const satisfies Readonly<Record<string, ExportClient>>;

export type ExportClientId = keyof typeof EXPORT_CLIENTS;

export function isExportClient(id: string): id is ExportClientId {
  return Object.hasOwn(EXPORT_CLIENTS, id);
}

function isOpenCode2({ mcp }: JsonObject): boolean {
  return isRecord(mcp) && isRecord(mcp.servers) &&
    typeof mcp.servers.type !== "string";
}
