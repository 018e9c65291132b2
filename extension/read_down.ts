/**
 * Reads what comes down the uplink, once, before anybody acts on it.
 *
 * Strict about what would be acted on, silent about the rest: a newer daemon
 * may send what this version does not know.
 */

import type { Attachment, Command } from "../server/protocol/command.ts";
import type { UplinkDown } from "../server/protocol/uplink.ts";

type Fields = Readonly<Record<string, unknown>>;

/** Undefined for a frame that cannot be acted on. */
export function readDown(frame: Fields): UplinkDown | undefined {
  switch (frame.type) {
    case "ack":
      return isNumber(frame.seq) ? { type: "ack", seq: frame.seq } : undefined;
    case "refused":
      return isNumber(frame.seq)
        ? { type: "refused", seq: frame.seq, reason: String(frame.reason) }
        : undefined;
    case "watch":
      return { type: "watch", on: frame.on === true };
    case "resync":
      return { type: "resync" };
    case "command": {
      const command = readCommand(frame.command);
      return isId(frame.id) && command
        ? { type: "command", id: frame.id, command }
        : undefined;
    }
    case "request": {
      const { id, method, params } = frame;
      if (!isNumber(id) || typeof method !== "string") return undefined;
      const fields = isRecord(params) ? params : {};
      return { type: "request", id, method, params: fields } as UplinkDown;
    }
    default:
      return undefined;
  }
}

function readCommand(value: unknown): Command | undefined {
  if (!isRecord(value)) return undefined;
  switch (value.kind) {
    case "prompt":
      return typeof value.text !== "string" ? undefined : {
        kind: "prompt",
        text: value.text,
        mode: value.mode === "followUp" ? "followUp" : "steer",
        attachments: Array.isArray(value.attachments)
          ? value.attachments.filter(isAttachment)
          : [],
      };
    case "abort":
      return { kind: "abort" };
    case "rename":
      return isText(value.name)
        ? { kind: "rename", name: value.name }
        : undefined;
    case "model":
      return isText(value.provider) && isText(value.model)
        ? { kind: "model", provider: value.provider, model: value.model }
        : undefined;
    case "thinking":
      return isText(value.level)
        ? { kind: "thinking", level: value.level }
        : undefined;
    default:
      return undefined;
  }
}

function isAttachment(value: unknown): value is Attachment {
  return isRecord(value) && typeof value.name === "string" &&
    typeof value.mimeType === "string" && typeof value.data === "string";
}

function isRecord(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value.trim() !== "";
}

/** A receipt has to fit into the hub's own bound. */
function isId(value: unknown): value is string {
  return isText(value) && value.length <= 200;
}

function isNumber(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value);
}
