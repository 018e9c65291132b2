/** Turns attachments into the parts of a user message. */

import type { Attachment } from "../server/protocol/command.ts";
import type { ImagePart, TextPart } from "../server/protocol/item.ts";

/** Of all attachments of one prompt, decoded. The original's own limit. */
export const ATTACHMENTS_MAX_BYTES = 10 * 1024 * 1024;

/**
 * Images stay images; anything else has to be text.
 *
 * @throws {Error} with a sentence for the person who attached it.
 */
export function partsOf(
  attachments: readonly Attachment[],
): (TextPart | ImagePart)[] {
  let bytes = 0;
  return attachments.map(({ name, mimeType, data }) => {
    bytes += Buffer.byteLength(data, "base64");
    if (bytes > ATTACHMENTS_MAX_BYTES) {
      throw new Error("Cannot attach more than 10 MiB to one prompt");
    }
    if (mimeType.startsWith("image/")) return { type: "image", data, mimeType };
    return { type: "text", text: `[File: ${name}]\n${decode(name, data)}` };
  });
}

function decode(name: string, data: string): string {
  try {
    const bytes = Buffer.from(data, "base64");
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new Error(`Cannot attach "${name}": neither an image nor text`, {
      cause,
    });
  }
}
