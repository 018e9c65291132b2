/**
 * Whether an agent's stage shows its conversation or its terminal.
 *
 * A starting agent has only its terminal, and may ask something there. Once it
 * has registered its conversation is shown, unless somebody is writing in the
 * terminal, or has said what they want to see.
 */

import {
  createModel,
  effect,
  type ReadonlySignal,
  signal,
} from "@preact/signals";
import type { NodeId, NodeRecord } from "../../server/protocol/node.ts";
import { hasFailedToStart, isComing } from "../words.ts";

export type StageView = "chat" | "terminal";

type Choices = ReadonlyMap<NodeId, StageView>;

/** Agents whose choice is remembered: as many as one goes to and fro between. */
const MAX_CHOICES = 50;

export type StageViewModel = InstanceType<typeof StageViewModel>;

export const StageViewModel = createModel(
  (
    nodes: ReadonlySignal<ReadonlyMap<NodeId, NodeRecord>>,
    isWriting: (node: NodeRecord) => boolean,
  ) => {
    const chosen = signal<Choices>(new Map());
    let before: ReadonlyMap<NodeId, NodeRecord> = new Map();

    const choose = (node: NodeId, view: StageView) => {
      const rest = [...chosen.peek()].filter(([id]) => id !== node);
      chosen.value = new Map(
        [...rest, [node, view] as const].slice(-MAX_CHOICES),
      );
    };

    effect(() => {
      for (const [id, node] of nodes.value) {
        const known = before.get(id);
        if (!known || chosen.peek().has(id)) continue;
        if (isComing(known) && !isComing(node)) {
          if (isWriting(node)) choose(id, "terminal");
        } else if (isThere(known) && isComing(node)) {
          // The server has forgotten that it was there, and will hear of it.
          choose(id, "chat");
        }
      }
      before = nodes.value;
    });

    return { chosen, choose };
  },
);

/** It has said so itself, and not that it left. */
function isThere({ pid, state }: NodeRecord): boolean {
  return pid !== undefined && state.kind !== "offline";
}

/** What is to be shown of this agent now. */
export function viewOf(node: NodeRecord, chosen: Choices): StageView {
  if (node.terminal === undefined) return "chat";
  const hasOnlyThat = isComing(node) || hasFailedToStart(node);
  return chosen.get(node.id) ?? (hasOnlyThat ? "terminal" : "chat");
}

export function otherView(view: StageView): StageView {
  return view === "chat" ? "terminal" : "chat";
}
