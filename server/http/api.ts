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
];
