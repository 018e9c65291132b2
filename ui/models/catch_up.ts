/**
 * What came while nobody here could see it: how many items a cut-off cost, and
 * where the reader left. What was sent from here does not count.
 *
 * Says nothing about the first connection, nor about an absence that brought
 * nothing new.
 */

import {
  computed,
  createModel,
  effect,
  type ReadonlySignal,
  signal,
} from "@preact/signals";
import type { Item, ItemKey } from "../../server/protocol/item.ts";
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
    /** The last item before what was missed, until the next absence. */
    const leftAt = signal<ItemKey | undefined>(undefined);
    const catching = signal(false);
    const isOpen = computed(() => {
      const { kind } = link.value;
      return kind === "open" || kind === "stale";
    });
    let lastKey: ItemKey | undefined;
    let wasOpen = false;
    // Leaving an agent closes its link as well, but nobody need be told.
    let isCut = false;

    effect(() => {
      if (link.value.kind === "waiting") isCut = true;
    });

    effect(() => {
      if (!isOpen.value) {
        if (wasOpen) lastKey = items.peek().at(-1)?.key;
        wasOpen = false;
        catching.value = false;
        missed.value = undefined;
        return;
      }
      wasOpen = true;
      leftAt.value = undefined;
      catching.value = lastKey !== undefined;
      return after(SHOWN_MS, () => {
        isCut = false;
        catching.value = false;
        missed.value = undefined;
      });
    });

    effect(() => {
      if (!catching.value) return;
      const count = countAfter(items.value, lastKey, isOwn);
      if (count > 0) leftAt.value = lastKey;
      if (isCut) missed.value = count;
    });

    return { missed, leftAt };
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
