/**
 * The one error class that callers are meant to catch.
 *
 * Anything else thrown in this process is a bug: it is logged with its stack
 * and leaves the process only as `internal`.
 */

import type { ErrorCode, WireError } from "./protocol/error.ts";

/** A failure with a code: expected, named, and safe to show. */
export class HypivisorError extends Error {
  override readonly name = "HypivisorError";
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** Reduces anything thrown to what may leave this process. */
export function toWireError(thrown: unknown): WireError {
  if (thrown instanceof HypivisorError) {
    return { code: thrown.code, message: thrown.message };
  }
  return { code: "internal", message: "Internal error" };
}
