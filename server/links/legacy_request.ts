/** Reads what a viewer of the original's dialect sends. */

import { HypivisorError } from "../errors.ts";
import { isRecord } from "../read.ts";

/** Decoded, over all files of one prompt. */
export const LEGACY_FILE_MAX_BYTES = 10 * 1024 * 1024;

export type LegacyRequest =
  | { readonly type: "prompt"; readonly text: string }
  | { readonly type: "abort" }
  | {
    readonly type: "fetch_history";
    /** Undefined if it was missing: the page is then empty. */
    readonly before: number | undefined;
    readonly limit: number | undefined;
  }
  | { readonly type: "list_commands" }
  | { readonly type: "list_files"; readonly prefix: string }
  | {
    readonly type: "attach_file";
    readonly filename: string;
    readonly content: string;
    readonly mimeType?: string;
  };

/**
 * Whatever is not JSON with a `type` is a prompt.
 *
 * @throws {HypivisorError} `bad_request` for a type nobody knows: it comes
 *   from a client newer than this, and the model must not see it.
 */
export function readLegacyFrame(frame: string): LegacyRequest {
  const value = parsed(frame);
  if (!isRecord(value) || typeof value.type !== "string") {
    return { type: "prompt", text: frame };
  }
  switch (value.type) {
    case "abort":
    case "list_commands":
      return { type: value.type };
    case "fetch_history":
      return {
        type: "fetch_history",
        before: wholeNumber(value.before),
        limit: wholeNumber(value.limit),
      };
    case "list_files":
      return { type: "list_files", prefix: string(value.prefix) };
    case "attach_file":
      return {
        type: "attach_file",
        filename: string(value.filename).slice(0, 255),
        content: string(value.content),
        ...(typeof value.mimeType === "string"
          ? { mimeType: value.mimeType.slice(0, 255) }
          : {}),
      };
    default:
      throw new HypivisorError(
        "bad_request",
        `Unknown message type "${value.type.slice(0, 60)}"`,
      );
  }
}

function parsed(frame: string): unknown {
  try {
    return JSON.parse(frame);
  } catch {
    return undefined; // Plain text, then.
  }
}

function string(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function wholeNumber(value: unknown): number | undefined {
  return Number.isSafeInteger(value) ? Math.max(0, value as number) : undefined;
}
