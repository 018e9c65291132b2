/**
 * The desk: takes commands from afar, has pi carry them out, and gives receipts.
 *
 * A command that arrives while there is no session to act on, or so early that
 * it would collide with a prompt of the command line, waits. Prompts go to pi
 * one after another, because pi loses the second of two that start at once.
 */

import type { Command } from "../server/protocol/command.ts";
import type { Receipt, ReceiptState } from "../server/protocol/event.ts";
import { partsOf } from "./attachments.ts";
import { Prompts } from "./prompts.ts";
import { Receipts } from "./receipts.ts";
import type { Session } from "./session.ts";
import { NEW_SESSION_COMMAND, readSlash } from "./slash.ts";

/** Commands that wait for a session; nobody sends more in a second. */
const HELD_MAX = 100;
const REASON_MAX = 500;

export interface DeskOwner {
  /** Undefined while there is none, or it is not yet safe to act on it. */
  session(): Session | undefined;
  piVersion(): string;
  tell(receipt: Receipt): void;
  /** pi's queue or its settings may have changed. */
  changed(): void;
}

type PromptCommand = Extract<Command, { kind: "prompt" }>;

export class Desk {
  readonly prompts = new Prompts();
  readonly #owner: DeskOwner;
  readonly #receipts = new Receipts();
  #held: { readonly id: string; readonly command: Command }[] = [];
  /** The `/new` that waits for its session to begin. */
  #newId: string | undefined;

  constructor(owner: DeskOwner) {
    this.#owner = owner;
  }

  /** Takes a command. The same id again is answered, not run. */
  take(id: string, command: Command): void {
    const known = this.#receipts.find(id);
    if (known) return this.#owner.tell(known);
    if (this.#held.length >= HELD_MAX) {
      return this.#tell(id, "refused", "Too many commands wait already");
    }
    this.#tell(id, "accepted");
    this.#held.push({ id, command });
    this.pump();
  }

  /** Runs what can run now. */
  pump(): void {
    for (;;) {
      const session = this.#owner.session();
      const next = this.#held[0];
      if (!session || !next) return;
      if (next.command.kind === "prompt" && this.prompts.isSending) {
        // Only prompts wait for one another: an abort must not.
        const other = this.#held.findIndex(({ command }) =>
          command.kind !== "prompt"
        );
        if (other < 0) return;
        this.#held.unshift(...this.#held.splice(other, 1));
        continue;
      }
      this.#held.shift();
      void this.#run(session, next.id, next.command);
    }
  }

  /** Passes on what `prompts` found out. */
  tellAll(receipts: readonly (Receipt | undefined)[]): void {
    for (const receipt of receipts) {
      if (receipt) this.#note(receipt);
    }
    if (receipts.length > 0) this.#owner.changed();
    this.pump();
  }

  /** A session has begun; the one before it, and its queue, is gone. */
  sessionBegan(): void {
    this.newSessionEnded(false);
    this.tellAll(this.prompts.leave());
  }

  /** What came of `/new`. */
  newSessionEnded(isCancelled: boolean): void {
    const id = this.#newId;
    this.#newId = undefined;
    if (id === undefined) return;
    if (isCancelled) this.#tell(id, "refused", "An extension cancelled it");
    else this.#tell(id, "done");
  }

  async #run(session: Session, id: string, command: Command): Promise<void> {
    try {
      switch (command.kind) {
        case "prompt":
          return this.#prompt(session, id, command);
        case "abort":
          session.ctx.abort();
          break;
        case "rename":
          session.pi.setSessionName(command.name.trim());
          break;
        case "model":
          await setModel(session, command.provider, command.model);
          break;
        case "thinking":
          session.pi.setThinkingLevel(command.level as "off");
          break;
      }
      this.#tell(id, "done");
      this.#owner.changed();
    } catch (thrown) {
      this.#tell(id, "refused", reasonOf(thrown));
    }
  }

  #prompt(session: Session, id: string, command: PromptCommand): void {
    const { pi, ctx } = session;
    const { mode } = command;
    const version = this.#owner.piVersion();
    const known = new Set((pi.getCommands?.() ?? []).map(({ name }) => name));
    const slash = readSlash(command.text, known, version);
    switch (slash.kind) {
      case "refused":
        return this.#tell(id, "refused", slash.reason);
      case "name":
        pi.setSessionName(slash.name);
        this.#tell(id, "done");
        return this.#owner.changed();
      case "compact":
        this.#tell(id, "started");
        return ctx.compact({
          ...(slash.instructions
            ? { customInstructions: slash.instructions }
            : {}),
          onComplete: () => this.#tell(id, "done"),
          onError: (error) => this.#tell(id, "refused", reasonOf(error)),
        });
      case "new":
        this.#newId = id;
        this.#tell(id, "started");
        return pi.sendUserMessage(`/${NEW_SESSION_COMMAND}`, {
          deliverAs: "followUp",
          expandPromptTemplates: true,
        });
    }
    if (isPassing(ctx.mode) && ctx.isIdle()) {
      throw new Error("Cannot prompt an agent that ends with its answer");
    }
    const parts = partsOf(command.attachments ?? []);
    const hasText = command.text.trim() !== "";
    if (!hasText && parts.length === 0) {
      throw new Error("Cannot send an empty prompt");
    }
    const content = hasText
      ? [{ type: "text" as const, text: command.text }, ...parts]
      : parts;
    const text = content.map((part) => part.type === "text" ? part.text : null)
      .filter((part) => part !== null).join("\n");
    const isCommand = slash.kind === "expand" &&
      pi.getCommands().some(({ name, source }) =>
        source === "extension" && command.text.split(/\s/)[0] === `/${name}`
      );
    // An extension's command is no message: nothing will be heard of it.
    if (!isCommand) this.prompts.sent({ id, text, mode }, Date.now());
    // Without `deliverAs` pi loses the message if it is busy (up to 1.5.2).
    pi.sendUserMessage(content, {
      deliverAs: mode,
      ...(slash.kind === "expand" ? { expandPromptTemplates: true } : {}),
    });
    if (isCommand) this.#tell(id, "done");
  }

  #tell(id: string, state: ReceiptState, reason?: string): void {
    this.#note(reason === undefined ? { id, state } : { id, state, reason });
  }

  #note(receipt: Receipt): void {
    this.#receipts.note(receipt);
    this.#owner.tell(receipt);
  }
}

/** Whether pi ends by itself once it has answered. */
function isPassing(mode: string | undefined): boolean {
  return mode === "print" || mode === "json";
}

async function setModel(
  { pi, ctx }: Session,
  provider: string,
  id: string,
): Promise<void> {
  const model = ctx.modelRegistry.find(provider, id);
  if (!model) throw new Error(`Cannot find the model "${provider}/${id}"`);
  if (await pi.setModel(model)) return;
  throw new Error(`Cannot use "${provider}/${id}": it has no credentials`);
}

function reasonOf(thrown: unknown): string {
  const text = thrown instanceof Error ? thrown.message : String(thrown);
  return text.slice(0, REASON_MAX);
}
