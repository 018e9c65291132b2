/**
 * Find in the transcript: over the items this page has, not only those drawn.
 *
 * The browser's own find sees mounted rows alone. Hits are shown by the Custom
 * Highlight API, which marks ranges of text and touches no element.
 */

import { batch, computed, signal } from "@preact/signals";
import type { Item, ItemKey } from "../../server/protocol/item.ts";
import { rowsOfItem } from "./item_rows.ts";
import { rowText, textOf } from "./texts.ts";

/** More than anyone steps through; the count then says "1,000+". */
const MAX_HITS = 1_000;

/** Ranges of one drawing. Beyond it the rest is found but not marked. */
const MAX_RANGES = 500;

const HIGHLIGHT = "tx-find";

export interface Hit {
  readonly item: ItemKey;
  /** Of a tool's result: the call it is shown with. */
  readonly call?: string;
}

export class Find {
  readonly open = signal(false);
  readonly query = signal("");
  readonly index = signal(0);
  readonly hits;
  readonly current;

  constructor(items: { readonly value: readonly Item[] }) {
    this.hits = computed(() =>
      this.open.value ? hitsOf(items.value, this.query.value) : []
    );
    this.current = computed(() => this.hits.value[this.index.value]);
  }

  search(query: string): void {
    batch(() => {
      this.query.value = query;
      // From the newest: that is where the reader is.
      this.index.value = Math.max(0, this.hits.value.length - 1);
    });
  }

  step(by: 1 | -1): void {
    const count = this.hits.peek().length;
    if (count > 0) this.index.value = (this.index.peek() + by + count) % count;
  }

  close(): void {
    this.open.value = false;
    CSS.highlights?.delete(HIGHLIGHT);
  }
}

export function hitsOf(items: readonly Item[], query: string): Hit[] {
  const wanted = query.trim().toLowerCase();
  if (!wanted) return [];
  const hits: Hit[] = [];
  for (let i = items.length - 1; i >= 0 && hits.length < MAX_HITS; i--) {
    const item = items[i]!;
    if (searchText(item).toLowerCase().includes(wanted)) {
      hits.push(hitOf(item));
    }
  }
  return hits.reverse();
}

function hitOf(item: Item): Hit {
  const isResult = item.kind === "message" &&
    item.message.role === "toolResult";
  if (!isResult) return { item: item.key };
  return { item: item.key, call: item.message.toolCallId };
}

function searchText(item: Item): string {
  if (item.kind === "message" && item.message.role === "toolResult") {
    return textOf(item.message.content);
  }
  return rowsOfItem(item).map(rowText).join("\n");
}

/** Marks `query` in the text below `root`, and nothing anywhere else. */
export function highlight(root: Element, query: string): void {
  // Firefox before 140 has no highlights; jumping to hits works all the same.
  if (typeof Highlight === "undefined" || !CSS.highlights) return;
  const wanted = query.trim().toLowerCase();
  CSS.highlights.delete(HIGHLIGHT);
  if (!wanted) return;
  const ranges: Range[] = [];
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  while (walker.nextNode() && ranges.length < MAX_RANGES) {
    const node = walker.currentNode as Text;
    const text = node.data.toLowerCase();
    let at = text.indexOf(wanted);
    while (at >= 0) {
      const range = document.createRange();
      range.setStart(node, at);
      range.setEnd(node, Math.min(node.length, at + wanted.length));
      ranges.push(range);
      at = text.indexOf(wanted, at + wanted.length);
    }
  }
  if (ranges.length > 0) {
    CSS.highlights.set(HIGHLIGHT, new Highlight(...ranges));
  }
}
