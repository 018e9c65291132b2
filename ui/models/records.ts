/**
 * Records of one kind as the registry tells of them: the whole list whenever it
 * begins anew, then each as it now is, or that it is gone.
 */

import {
  effect,
  type ReadonlySignal,
  type Signal,
  signal,
} from "@preact/signals";
import type { ClientPush } from "../../server/protocol/rpc.ts";

export interface RecordsLink<T> {
  /** The whole list, whenever it begins anew. */
  readonly start: ReadonlySignal<readonly T[]>;
  onPush(listener: (push: ClientPush) => void): () => void;
}

export interface RecordKind<K, T> {
  keyOf(record: T): K;
  /** What a push says of one; undefined if it is about something else. */
  read(
    push: ClientPush,
  ): { readonly set: T } | { readonly gone: K } | undefined;
}

/** Follows them within a model. What did not change keeps its identity. */
export function heldRecords<K, T>(
  link: RecordsLink<T>,
  { keyOf, read }: RecordKind<K, T>,
): Signal<ReadonlyMap<K, T>> {
  const records = signal<ReadonlyMap<K, T>>(new Map());
  effect(() => {
    records.value = new Map(link.start.value.map((one) => [keyOf(one), one]));
  });
  effect(() =>
    link.onPush((push) => {
      const news = read(push);
      if (!news) return;
      const next = new Map(records.peek());
      if ("set" in news) next.set(keyOf(news.set), news.set);
      else next.delete(news.gone);
      records.value = next;
    })
  );
  return records;
}
