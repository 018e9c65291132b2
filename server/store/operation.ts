/** What is written to the store, as it travels to the worker. Types only. */

/** A row's worth of transcript. */
export interface StoredItem {
  readonly key: string;
  readonly json: string;
}

export type StoreOperation =
  | {
    readonly type: "node";
    readonly id: string;
    /** JSON of the card and of the details. */
    readonly card: string;
    readonly details: string;
    readonly joinedAt: number;
    readonly heardAt: number;
  }
  | {
    readonly type: "place";
    readonly node: string;
    readonly epoch: string;
    readonly seq: number;
    readonly session: string;
    readonly lastKey: string | null;
  }
  | {
    readonly type: "replace";
    readonly node: string;
    readonly session: string;
    readonly items: readonly StoredItem[];
    readonly more: boolean;
  }
  | {
    readonly type: "append";
    readonly node: string;
    readonly session: string;
    readonly item: StoredItem;
  }
  /** Older items, to stand before the one of key `before`. */
  | {
    readonly type: "prepend";
    readonly node: string;
    readonly session: string;
    readonly before: string;
    readonly items: readonly StoredItem[];
    readonly more: boolean;
  }
  | { readonly type: "forget"; readonly node: string };

export type ToWorker =
  | { readonly type: "open"; readonly file: string }
  | {
    readonly type: "write";
    readonly batch: number;
    readonly operations: readonly StoreOperation[];
  }
  | { readonly type: "close" };

export type FromWorker =
  | { readonly type: "opened" }
  | { readonly type: "written"; readonly batch: number }
  | { readonly type: "failed"; readonly batch: number; readonly error: string }
  | { readonly type: "closed" };
