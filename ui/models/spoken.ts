/** The sentence a screen reader is told when an agent needs somebody. */

import {
  createModel,
  effect,
  type ReadonlySignal,
  signal,
} from "@preact/signals";
import type { NodeId, NodeRecord } from "../../server/protocol/node.ts";
import { announce } from "./attention.ts";

export type SpokenModel = InstanceType<typeof SpokenModel>;

export const SpokenModel = createModel(
  (byId: ReadonlySignal<ReadonlyMap<NodeId, NodeRecord>>) => {
    const sentence = signal("");
    let before: ReadonlyMap<NodeId, NodeRecord> = new Map();

    effect(() => {
      const now = byId.value;
      for (const [id, node] of now) {
        const known = before.get(id);
        if (known === node) continue;
        const news = announce(known, node);
        if (news) sentence.value = news;
      }
      before = now;
    });

    return { sentence, say: (text: string) => sentence.value = text };
  },
);
