/** Failures as they travel over a socket. Types and their numbers only. */

/** What went wrong, in words a program may branch on. */
export type ErrorCode =
  | "bad_request" // Malformed. Sending it again will not help.
  | "unauthorized" // No credential, or the wrong one.
  | "forbidden" // A credential, but not for this, from there, or this path.
  | "not_found" // The thing named does not exist, or no longer does.
  | "conflict" // It exists, but not in a state that allows this.
  | "too_large" // Over a bound that the message names.
  | "unavailable" // The other side is away. Trying again may help.
  | "internal"; // Our bug. Details are in the log, never on the wire.

export interface WireError {
  readonly code: ErrorCode;
  /** One sentence for a person: upper case first, no full stop. */
  readonly message: string;
}

/**
 * JSON-RPC 2.0 numbers. The first four are the standard's; the rest lie in
 * the range the standard leaves to servers.
 */
export const RPC_ERROR = {
  parse: -32700,
  invalidRequest: -32600,
  methodNotFound: -32601,
  bad_request: -32602,
  internal: -32603,
  unauthorized: -32001,
  forbidden: -32002,
  not_found: -32003,
  conflict: -32004,
  too_large: -32005,
  unavailable: -32006,
} as const;
