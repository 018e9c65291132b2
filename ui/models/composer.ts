/**
 * The message being written to one agent.
 *
 * Every change is saved as a draft; sending moves it to the outbox, which keeps
 * it until the server has it. Between the two nothing can be lost.
 */

import { computed, createModel, signal } from "@preact/signals";
import type { NodeId } from "../../server/protocol/node.ts";
import { AttachmentsModel } from "./attachments.ts";
import type { DraftsModel } from "./drafts.ts";
import type { OutboxModel } from "./outbox.ts";

export type SendMode = "steer" | "followUp";

export type ComposerModel = InstanceType<typeof ComposerModel>;

export const ComposerModel = createModel(
  (node: NodeId, drafts: DraftsModel, outbox: OutboxModel) => {
    const draft = drafts.load(node);
    const text = signal(draft.text);
    const caret = signal(draft.caret);
    const mode = signal<SendMode>("steer");
    const attachments = new AttachmentsModel();
    if (draft.attached.length > 0) {
      attachments.say(
        `Attach again, the page was reloaded: ${draft.attached.join(", ")}`,
      );
    }

    const save = () =>
      drafts.save(node, {
        text: text.peek(),
        caret: caret.peek(),
        attached: attachments.names.peek(),
      });
    const write = (next: string, at: number) => {
      text.value = next;
      caret.value = at;
      save();
    };

    return {
      text,
      caret,
      /** What Enter does while the agent works. */
      mode,
      attachments,
      /** Something can be sent. */
      isReady: computed(() =>
        text.value.trim() !== "" || attachments.files.value.length > 0
      ),
      write,
      save,
      /** False if there is nothing to send, or too much is waiting already. */
      send(how: SendMode): boolean {
        const prompt = text.peek().trim();
        const files = attachments.files.peek();
        if (prompt === "" && files.length === 0) return false;
        const taken = attachments.take();
        if (!outbox.send({ text: prompt, mode: how, attachments: taken })) {
          attachments.files.value = files;
          attachments.say("Cannot send: too many messages wait to be sent");
          return false;
        }
        write("", 0);
        return true;
      },
      /** Puts a text back that was sent or queued, before what is there. */
      takeBack(back: string): void {
        const rest = text.peek();
        write(rest === "" ? back : `${back}\n\n${rest}`, back.length);
      },
    };
  },
);
