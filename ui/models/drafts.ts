/**
 * What was typed and not sent yet, per agent.
 *
 * Written through on every keystroke, because a phone may end the page at any
 * moment. Text and caret survive a reload; of attachments only the names do,
 * and the person is told which to attach again.
 */

import { createModel, signal } from "@preact/signals";
import type { NodeId } from "../../server/protocol/node.ts";
import { readStored, type Storage } from "../storage.ts";

export interface Draft {
  readonly text: string;
  readonly caret: number;
  /** Names of files that were attached. */
  readonly attached: readonly string[];
}

export const EMPTY_DRAFT: Draft = { text: "", caret: 0, attached: [] };

const PREFIX = "draft:";

/** Longer than any prompt; a book pasted by accident is not remembered. */
const MAX_DRAFT_CHARS = 200_000;

export type DraftsModel = InstanceType<typeof DraftsModel>;

export const DraftsModel = createModel((storage: Storage) => {
  const keyOf = (node: NodeId) => PREFIX + node;
  const load = (node: NodeId) =>
    readStored(storage, keyOf(node), isDraft) ?? EMPTY_DRAFT;

  const texts = signal<ReadonlyMap<NodeId, string>>(
    new Map(
      storage.keys(PREFIX).map((key) => {
        const node = key.slice(PREFIX.length) as NodeId;
        return [node, load(node).text];
      }),
    ),
  );

  return {
    /** Texts by agent, for the roster; absent where nothing is written. */
    texts,
    load,
    save(node: NodeId, draft: Draft): void {
      const isEmpty = draft.text.trim() === "" && draft.attached.length === 0;
      if (isEmpty) storage.remove(keyOf(node));
      else if (draft.text.length <= MAX_DRAFT_CHARS) {
        storage.set(keyOf(node), JSON.stringify(draft));
      }
      const next = new Map(texts.peek());
      if (draft.text.trim() === "") next.delete(node);
      else next.set(node, draft.text);
      texts.value = next;
    },
  };
});

function isDraft(value: unknown): value is Draft {
  const draft = value as Draft | null;
  return typeof draft?.text === "string" && typeof draft.caret === "number" &&
    Array.isArray(draft.attached);
}
