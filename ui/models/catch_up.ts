/**
 * What a cut-off cost: how many items came while the link was down, apart from
 * what was sent from here.
 *
 * Says nothing about the first connection, nor about a cut that brought
 * nothing new.
 */

import {
  createModel,
  effect,
  type ReadonlySignal,
  signal,
} from "@preact/signals";
import type { Item } from "../../server/protocol/item.ts";
import type { LinkState } from "../link.ts";

/** What was missed arrives in this time, and the banner stays as long. */
const SHOWN_MS = 2_500;

export type CatchUpModel = InstanceType<typeof CatchUpModel>;

export const CatchUpModel = createModel(
  (
    link: ReadonlySignal<LinkState>,
    items: ReadonlySignal<readonly Item[]>,
    isOwn: (promptId: string) => boolean,
    after: (ms: number, run: () => void) => () => void = browserAfter,
  ) => {
    /** Undefined while there is nothing to say. */
    const missed = signal<number | undefined>(undefined);
    let lastKey: string | undefined;
    let cut = false;

    effect(() => {
      const { kind } = link.value;
      if (kind === "waiting") {
        cut = true;
        lastKey = items.peek().at(-1)?.key;
        missed.value = undefined;
      } else if (kind === "open" && cut) {
        cut = false;
        missed.value = 0;
        return after(SHOWN_MS, () => missed.value = undefined);
      }
    });

    effect(() => {
      if (missed.value === undefined) return;
      missed.value = countAfter(items.value, lastKey, isOwn);
    });

    return { missed };
  },
);

/** Others' items behind the one with `key`; none if that is not among them. */
export function countAfter(
  items: readonly Item[],
  key: string | undefined,
  isOwn: (promptId: string) => boolean,
): number {
  let count = 0;
  for (let i = items.length - 1; i >= 0; i--) {
    const item = items[i];
    if (item?.key === key) return count;
    const promptId = item?.kind === "message" ? item.promptId : undefined;
    if (promptId === undefined || !isOwn(promptId)) count++;
  }
  return 0;
}

function browserAfter(ms: number, run: () => void): () => void {
  const timer = setTimeout(run, ms);
  return () => clearTimeout(timer);
}
