/**
 * A failure that has a number of its own in JSON-RPC, where a dialect that is
 * older than our codes wants that.
 */

import { HypivisorError } from "../errors.ts";
import type { ErrorCode } from "../protocol/error.ts";

export class NumberedError extends HypivisorError {
  readonly number: number;

  constructor(number: number, code: ErrorCode, message: string) {
    super(code, message);
    this.number = number;
  }
}
