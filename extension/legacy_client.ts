/**
 * One client of the original's dialect on this agent's own port.
 *
 * Says what the original's pi-socket said, and takes what it took. Two things
 * are better than they were: JSON of an unknown type is refused instead of
 * being sent to the model, and an attached file goes with the next prompt.
 */

import { randomUUID } from "node:crypto";
import type { Attachment } from "../server/protocol/command.ts";
import type { Receipt } from "../server/protocol/event.ts";
import type { LegacyDown } from "../server/protocol/legacy.ts";
import type { Branch } from "./branch.ts";
import type { Desk } from "./desk.ts";
import type { Files } from "./files.ts";
import { toJson } from "./json.ts";
import { isAttachable, readAttachment } from "./legacy_attachment.ts";
import type { Session } from "./session.ts";
import { offeredCommands } from "./slash.ts";

/** Of the messages in `init_state`, as the original has it. */
const INIT_BYTES = 512_000;
/** Messages of one page; the original's page asks for 50. */
const HISTORY_MAX = 500;
/** Files waiting for a prompt. */
const ATTACHED_MAX = 20;

export interface LegacyHost {
  readonly session: Session | undefined;
  readonly conversation: { readonly branch: Branch };
  readonly desk: Desk;
  readonly files: Files;
  readonly piVersion: string;
}

export class LegacyClient {
  readonly #host: LegacyHost;
  readonly #send: (text: string) => void;
  readonly #prompts = new Set<string>();
  #attached: Attachment[] = [];

  constructor(host: LegacyHost, send: (text: string) => void) {
    this.#host = host;
    this.#send = send;
  }

  /** The conversation as it is: at first, and when it became another one. */
  init(): void {
    const { session, conversation } = this.#host;
    if (!session) return;
    const { branch } = conversation;
    const { items, more } = branch.page(null, INIT_BYTES);
    this.#tell({
      type: "init_state",
      messages: items.flatMap((item) =>
        item.kind === "message" ? [item.message] : []
      ),
      tools: session.pi.getAllTools(),
      ...(more ? { truncated: true, totalMessages: branch.messages } : {}),
      isStreaming: !session.ctx.isIdle(),
    });
  }

  /** Only what went wrong is told: the original's clients expect no receipts. */
  receipt({ id, state, reason }: Receipt): void {
    if (!this.#prompts.has(id)) return;
    if (state === "done" || state === "refused") this.#prompts.delete(id);
    if (state === "refused") {
      this.#tell({ type: "error", message: reason ?? "Prompt refused" });
    }
  }

  /** Takes a frame; anything that is not one of the dialect's is a prompt. */
  async take(text: string): Promise<void> {
    const frame = parse(text);
    if (!frame || typeof frame.type !== "string") return this.#prompt(text);
    const { session, conversation: { branch } } = this.#host;
    switch (frame.type) {
      case "abort":
        return this.#host.desk.take(randomUUID(), { kind: "abort" });
      case "attach_file":
        return this.#attach(frame);
      case "fetch_history":
        return this.#tell(historyPage(branch, frame.before, frame.limit));
      case "list_commands":
        return this.#tell({
          type: "commands_list",
          commands: offeredCommands(
            session?.pi.getCommands?.() ?? [],
            this.#host.piVersion,
          ).map(({ name, description }) => ({ name: `/${name}`, description })),
        });
      case "list_files": {
        const cwd = session?.ctx.cwd ?? process.cwd();
        const prefix = String(frame.prefix ?? "");
        const files = await this.#host.files.folder(cwd, prefix);
        return this.#tell({ type: "files_list", files, cwd });
      }
      default:
        this.#tell({
          type: "error",
          message: `Cannot handle a message of type "${frame.type}"`,
        });
    }
  }

  #prompt(text: string): void {
    if (!text.trim()) return;
    const id = randomUUID();
    const attachments = this.#attached;
    this.#attached = [];
    this.#prompts.add(id);
    this.#host.desk.take(id, {
      kind: "prompt",
      text,
      mode: "followUp",
      attachments,
    });
  }

  #attach(frame: Record<string, unknown>): void {
    const filename = String(frame.filename ?? "");
    const error = this.#attached.length >= ATTACHED_MAX
      ? "failed to attach file: too many files wait for a prompt"
      : isAttachable(frame);
    if (error === undefined) this.#attached.push(readAttachment(frame));
    this.#tell(
      error === undefined
        ? { type: "attach_file_ack", filename, success: true }
        : { type: "attach_file_ack", filename, success: false, error },
    );
  }

  #tell(frame: LegacyDown): void {
    this.#send(serialize(frame));
  }
}

function historyPage(
  branch: Branch,
  before: unknown,
  limit: unknown,
): LegacyDown {
  if (typeof before !== "number" || typeof limit !== "number") {
    const nothing = { messages: [], hasMore: false, oldestIndex: null };
    return { type: "history_page", ...nothing };
  }
  const end = Math.max(0, Math.min(Math.floor(before), branch.messages));
  const size = Math.max(0, Math.min(Math.floor(limit), HISTORY_MAX));
  const start = Math.max(0, end - size);
  return {
    type: "history_page",
    messages: branch.slice(start, end),
    hasMore: start > 0,
    oldestIndex: start,
  };
}

/** JSON of anything pi may put into an event; it never throws. */
export function serialize(value: unknown): string {
  return toJson(value) ??
    '{"type":"error","message":"non-serializable event"}';
}

function parse(text: string): Record<string, unknown> | undefined {
  try {
    const value = JSON.parse(text);
    return typeof value === "object" && value !== null ? value : undefined;
  } catch {
    return undefined; // Plain text: a prompt.
  }
}
