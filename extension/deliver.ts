/**
 * Hands a prompt to pi in the way that it needs: as a message, as a command of
 * pi's own, or as one that an extension, a template or a skill answers.
 */

import type { Command } from "../server/protocol/command.ts";
import type { ReceiptState } from "../server/protocol/event.ts";
import { partsOf } from "./attachments.ts";
import type { Session } from "./session.ts";
import { NEW_SESSION_COMMAND, readSlash } from "./slash.ts";

export type PromptCommand = Extract<Command, { kind: "prompt" }>;

/** What becomes of the prompt is told here. */
export interface Delivery {
  tell(state: ReceiptState, reason?: string): void;
  /** pi is about to get this text; its events will say the rest. */
  sent(text: string): void;
  /** The session is about to be replaced; its beginning will say the rest. */
  leaving(): void;
  /** pi is about to compact; it tells by events when it has. */
  compacting(): void;
  /** pi could not; older ones have no event for that. */
  notCompacted(): void;
}

/** @throws {Error} with a sentence for the person who sent it. */
export function deliver(
  { pi, ctx }: Session,
  prompt: PromptCommand,
  version: string,
  delivery: Delivery,
): void {
  const commands = pi.getCommands?.() ?? [];
  const known = new Set(commands.map(({ name }) => name));
  const slash = readSlash(prompt.text, known, version);
  switch (slash.kind) {
    case "refused":
      throw new Error(slash.reason);
    case "name":
      pi.setSessionName(slash.name);
      return delivery.tell("done");
    case "compact":
      delivery.tell("started");
      delivery.compacting();
      return ctx.compact({
        ...(slash.instructions
          ? { customInstructions: slash.instructions }
          : {}),
        onComplete: () => delivery.tell("done"),
        onError: (error) => {
          delivery.notCompacted();
          delivery.tell("refused", error.message);
        },
      });
    case "new": {
      // pi numbers commands of one name, where the extension is loaded twice.
      const own = [...known].find((name) =>
        name.split(":")[0] === NEW_SESSION_COMMAND
      );
      delivery.leaving();
      delivery.tell("started");
      return pi.sendUserMessage(`/${own ?? NEW_SESSION_COMMAND}`, {
        deliverAs: "followUp",
        expandPromptTemplates: true,
      });
    }
  }
  if (endsWithItsAnswer(ctx.mode) && ctx.isIdle()) {
    throw new Error("Cannot prompt an agent that ends with its answer");
  }
  const content = contentOf(prompt);
  const name = prompt.text.split(/\s/)[0]?.slice(1);
  const isCommand = slash.kind === "expand" &&
    commands.some((one) => one.source === "extension" && one.name === name);
  // An extension's command is no message: nothing will be heard of it.
  if (!isCommand) delivery.sent(textIn(content));
  // Without `deliverAs` pi loses the message if it is busy (up to 1.5.2).
  pi.sendUserMessage(content, {
    deliverAs: prompt.mode,
    ...(slash.kind === "expand" ? { expandPromptTemplates: true } : {}),
  });
  if (isCommand) delivery.tell("done");
}

function contentOf(prompt: PromptCommand) {
  const parts = partsOf(prompt.attachments ?? []);
  if (prompt.text.trim()) {
    return [{ type: "text" as const, text: prompt.text }, ...parts];
  }
  if (parts.length > 0) return parts;
  throw new Error("Cannot send an empty prompt");
}

/** The text as pi will have it in its events. */
function textIn(content: ReturnType<typeof contentOf>): string {
  return content.flatMap((part) => part.type === "text" ? [part.text] : [])
    .join("\n");
}

function endsWithItsAnswer(mode: string | undefined): boolean {
  return mode === "print" || mode === "json";
}
