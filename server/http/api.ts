/**
 * The API: the calls of `rpc/methods.ts` over HTTP, as a table.
 *
 * Each route names a method and where its params come from; the description
 * at `/api/openapi.json` is made from the same table and the same readers.
 */

import type { MethodName } from "../protocol/rpc.ts";

type Place = "path" | "query" | "body";

/** A route, and how it becomes a call. */
export interface ApiRoute {
  readonly verb: "get" | "post" | "patch" | "delete";
  /** `:name` stands for a param in the path. */
  readonly path: string;
  readonly method: MethodName;
  readonly summary: string;
  /** Where each param of the method comes from; the others are not offered. */
  readonly params: Readonly<Record<string, Place>>;
  /** Set by the route itself. */
  readonly fixed?: Readonly<Record<string, unknown>>;
  /** Params that arrive as text in the query but are numbers. */
  readonly numbers?: readonly string[];
  readonly status?: 200 | 202;
}

const PROMPT_PARAMS = {
  node: "path",
  text: "body",
  id: "body",
  attachments: "body",
} as const;

const SPAWN_PARAMS = {
  model: "body",
  thinking: "body",
  prompt: "body",
  name: "body",
  args: "body",
} as const;

export const API_ROUTES: readonly ApiRoute[] = [
  {
    verb: "get",
    path: "/api/nodes",
    method: "subscribe",
    summary: "Every node, live and offline, with its status",
    params: {},
  },
  {
    verb: "get",
    path: "/api/nodes/:node",
    method: "get_node",
    summary: "One node",
    params: { node: "path" },
  },
  {
    verb: "get",
    path: "/api/nodes/:node/transcript",
    method: "page",
    summary: "A page of the transcript: the newest, or the one before an item",
    params: { node: "path", before: "query", bytes: "query" },
    numbers: ["bytes"],
  },
  {
    verb: "post",
    path: "/api/nodes/:node/prompt",
    method: "prompt",
    summary: "Send a prompt; while the agent works it is queued",
    params: { ...PROMPT_PARAMS, mode: "body" },
    status: 202,
  },
  {
    verb: "post",
    path: "/api/nodes/:node/steer",
    method: "prompt",
    summary: "Send a prompt that is delivered after the running tools",
    params: PROMPT_PARAMS,
    fixed: { mode: "steer" },
    status: 202,
  },
  {
    verb: "post",
    path: "/api/nodes/:node/abort",
    method: "abort",
    summary: "Interrupt what the agent is doing",
    params: { node: "path", id: "body" },
    status: 202,
  },
  {
    verb: "patch",
    path: "/api/nodes/:node",
    method: "rename",
    summary: "Name the agent's session",
    params: { node: "path", name: "body", id: "body" },
    status: 202,
  },
  {
    verb: "delete",
    path: "/api/nodes/:node",
    method: "forget_node",
    summary: "Forget an offline node and its transcript",
    params: { node: "path" },
  },
  {
    verb: "get",
    path: "/api/directories",
    method: "list_directories",
    summary: "Folders below the user's home, for choosing one",
    params: { path: "query" },
  },
  {
    verb: "post",
    path: "/api/agents",
    method: "spawn_agent",
    summary: "Start pi in a folder, on a terminal of its own",
    params: {
      path: "body",
      new_folder: "body",
      session: "body",
      ...SPAWN_PARAMS,
    },
    status: 202,
  },
  {
    verb: "post",
    path: "/api/nodes/:node/resume",
    method: "resume_agent",
    summary: "Start an offline agent's session again",
    params: { node: "path", ...SPAWN_PARAMS },
    status: 202,
  },
  {
    verb: "post",
    path: "/api/nodes/:node/stop",
    method: "stop_agent",
    summary: "Have an agent that was started here quit",
    params: { node: "path", force: "body" },
  },
  {
    verb: "get",
    path: "/api/terminals",
    method: "list_terminals",
    summary: "Every terminal, with who is attached",
    params: {},
  },
  {
    verb: "post",
    path: "/api/terminals",
    method: "open_terminal",
    summary: "Open a terminal: a login shell in the home unless told otherwise",
    params: {
      folder: "body",
      command: "body",
      name: "body",
      cols: "body",
      rows: "body",
    },
  },
  {
    verb: "get",
    path: "/api/terminals/:terminal",
    method: "get_terminal",
    summary: "One terminal",
    params: { terminal: "path" },
  },
  {
    verb: "patch",
    path: "/api/terminals/:terminal",
    method: "rename_terminal",
    summary: "Name a terminal",
    params: { terminal: "path", name: "body" },
  },
  {
    verb: "delete",
    path: "/api/terminals/:terminal",
    method: "close_terminal",
    summary: "End a terminal's program and forget the terminal",
    params: { terminal: "path" },
  },
  {
    verb: "post",
    path: "/api/terminals/:terminal/restart",
    method: "restart_terminal",
    summary: "Run a terminal's program again, after it has ended",
    params: { terminal: "path" },
  },
  {
    verb: "get",
    path: "/api/terminals/:terminal/tail",
    method: "tail_terminal",
    summary: "The last lines of a terminal, as plain text",
    params: { terminal: "path", lines: "query" },
    numbers: ["lines"],
  },
  {
    verb: "get",
    path: "/api/services",
    method: "list_services",
    summary: "Every service, with its state",
    params: {},
  },
  {
    verb: "get",
    path: "/api/services/:name",
    method: "service_status",
    summary: "One service, with its last transitions",
    params: { name: "path" },
  },
  {
    verb: "get",
    path: "/api/services/:name/tools",
    method: "service_tools",
    summary: "The tools of a service that speaks MCP",
    params: { name: "path" },
  },
  {
    verb: "get",
    path: "/api/services/:name/logs",
    method: "service_logs",
    summary: "What a service has printed",
    params: { name: "path", tail: "query", sinceMs: "query" },
    numbers: ["tail", "sinceMs"],
  },
  {
    verb: "post",
    path: "/api/services/start",
    method: "start_services",
    summary: "Start services, by names or all, and wait until they are ready",
    params: { names: "body", all: "body" },
  },
  {
    verb: "post",
    path: "/api/services/stop",
    method: "stop_services",
    summary: "Stop services; with now true, without a grace",
    params: { names: "body", all: "body", now: "body" },
  },
  {
    verb: "post",
    path: "/api/services/restart",
    method: "restart_services",
    summary: "Restart services; stopped ones are started",
    params: { names: "body", all: "body", now: "body" },
  },
  {
    verb: "post",
    path: "/api/services/reload",
    method: "reload_services",
    summary: "Read the files of services again; nothing changes with a fault",
    params: {},
  },
  {
    verb: "post",
    path: "/api/services/check",
    method: "check_services",
    summary: "Read the files of services, and change nothing",
    params: {},
  },
  {
    verb: "get",
    path: "/api/daemon",
    method: "daemon",
    summary: "Which daemon this is, and its runner",
    params: {},
  },
  {
    verb: "post",
    path: "/api/shutdown",
    method: "shutdown",
    summary: "End the daemon; with children true, all that it started as well",
    params: { children: "body" },
  },
];
