/** Files as the original's clients attach them, with the original's errors. */

import type { Attachment } from "../server/protocol/command.ts";
import { ATTACHMENTS_MAX_BYTES } from "./attachments.ts";

/** What is wrong with it; undefined if it can be attached. */
export function isAttachable(
  { filename, content, mimeType }: Record<string, unknown>,
): string | undefined {
  if (typeof filename !== "string" || !filename) return "filename is required";
  if (typeof content !== "string" || !content) return "content is required";
  const bytes = Buffer.byteLength(content, "base64");
  if (bytes > ATTACHMENTS_MAX_BYTES) {
    return `file too large (${Math.ceil(bytes / 1024 / 1024)}MB > 10MB)`;
  }
  if (mimeType !== undefined && typeof mimeType !== "string") {
    return "failed to attach file: mimeType must be a string";
  }
  return undefined;
}

/** Only for what is attachable. */
export function readAttachment(frame: Record<string, unknown>): Attachment {
  return {
    name: String(frame.filename),
    data: String(frame.content),
    mimeType: String(frame.mimeType ?? "text/plain"),
  };
}
