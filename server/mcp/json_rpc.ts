/**
 * JSON-RPC 2.0 as MCP uses it: its three kinds of messages, read from what
 * came over a pipe or a socket, and written.
 *
 * Knows no method and no transport. Messages stay as they came, unknown fields
 * and all, since most of them are only passed on.
 */

import { isRecord } from "../read.ts";

export type JsonObject = Readonly<Record<string, unknown>>;

export type RpcId = string | number;

/** What JSON-RPC itself and MCP give a meaning to. */
export const RPC = {
  parseError: -32700,
  invalidRequest: -32600,
  methodNotFound: -32601,
  invalidParams: -32602,
  internalError: -32603,
  /** The transport's own trouble: no process, too slow, timed out. */
  unavailable: -32000,
  headerMismatch: -32020,
  missingCapability: -32021,
  unsupportedVersion: -32022,
} as const;

export interface RpcError {
  readonly code: number;
  readonly message: string;
  readonly data?: unknown;
}

export interface RpcRequest {
  readonly kind: "request";
  readonly id: RpcId;
  readonly method: string;
  readonly params: JsonObject;
}

export interface RpcNotification {
  readonly kind: "notification";
  readonly method: string;
  readonly params: JsonObject;
}

/** How a request ended: the one place where failure is data, not thrown. */
export type RpcOutcome =
  | { readonly kind: "result"; readonly result: JsonObject }
  | {
    readonly kind: "error";
    readonly error: RpcError;
    /** Made here, because the other side did not answer. */
    readonly isOwn?: true;
  };

export interface RpcResponse {
  readonly kind: "response";
  /** Null if the other side could not read which request it was. */
  readonly id: RpcId | null;
  readonly outcome: RpcOutcome;
}

export type RpcMessage = RpcRequest | RpcNotification | RpcResponse;

/** Reads one message; undefined if it is none. Batches are none. */
export function readMessage(value: unknown): RpcMessage | undefined {
  if (!isRecord(value) || value.jsonrpc !== "2.0") return undefined;
  const { id, method } = value;
  const params = value.params ?? {};
  if (typeof method === "string") {
    if (!isRecord(params)) return undefined;
    if (id === undefined) return { kind: "notification", method, params };
    return isRpcId(id) ? { kind: "request", id, method, params } : undefined;
  }
  if (id !== null && id !== undefined && !isRpcId(id)) return undefined;
  const outcome = readOutcome(value);
  return outcome && { kind: "response", id: id ?? null, outcome };
}

function readOutcome(value: Record<string, unknown>): RpcOutcome | undefined {
  const { result, error } = value;
  if (isRecord(result)) return { kind: "result", result };
  if (!isRecord(error)) return undefined;
  const { code, message, data } = error;
  if (typeof code !== "number") return undefined;
  return failure(code, typeof message === "string" ? message : "", data);
}

export function isRpcId(value: unknown): value is RpcId {
  return typeof value === "string" || Number.isFinite(value);
}

export function failure(
  code: number,
  message: string,
  data?: unknown,
): RpcOutcome {
  return {
    kind: "error",
    error: data === undefined ? { code, message } : { code, message, data },
  };
}

/** The outcome of a request that got no answer. */
export function unanswered(why: string): RpcOutcome {
  const error = { code: RPC.unavailable, message: why };
  return { kind: "error", error, isOwn: true };
}

export function success(result: JsonObject): RpcOutcome {
  return { kind: "result", result };
}

/** One line of JSON, without its newline: JSON has none of its own. */
export function requestLine(
  id: RpcId,
  method: string,
  params: JsonObject,
): string {
  return JSON.stringify({ jsonrpc: "2.0", id, method, params });
}

export function notificationLine(method: string, params: JsonObject): string {
  return JSON.stringify({ jsonrpc: "2.0", method, params });
}

export function responseLine(id: RpcId | null, outcome: RpcOutcome): string {
  return JSON.stringify(
    outcome.kind === "result"
      ? { jsonrpc: "2.0", id, result: outcome.result }
      : { jsonrpc: "2.0", id, error: outcome.error },
  );
}
