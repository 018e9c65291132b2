/**
 * The hub of one node: what its conversation is now, and who watches.
 *
 * Takes the agent's events in order, keeps the tail, what is live and the last
 * changes, and hands each change on once, numbered and as JSON. Knows no
 * socket, clock or database: links attach as viewers, and `record` is told
 * what has to be kept.
 */

import type {
  AgentEvent,
  AgentFacts,
  Change,
  Receipt,
  Sync,
} from "../protocol/event.ts";
import type { Item } from "../protocol/item.ts";
import type { Activity } from "../protocol/node.ts";
import type { Have } from "../protocol/uplink.ts";
import { type Live, NOTHING_LIVE, step } from "./live.ts";
import { Ring } from "./ring.ts";
import { keep, type KeptItem, newestWithin, Tail } from "./tail.ts";

/** Of the items in a snapshot; with what is live it stays well under 4 MiB. */
export const SNAPSHOT_CHARACTERS = 512 * 1024;

/** Enough for every prompt that a page may still hold as unsent. */
const RECEIPTS_MAX = 200;

/** What must outlive the daemon. */
export type HubRecord =
  | {
    readonly type: "replace";
    readonly session: string;
    readonly items: readonly KeptItem[];
    readonly more: boolean;
  }
  | {
    readonly type: "append";
    readonly session: string;
    readonly item: KeptItem;
  }
  | { readonly type: "place"; readonly have: Have };

/** Somebody who watches. Called in order; must not throw, nor wait. */
export interface Viewer {
  change(change: Change, seq: number, json: string): void;
  /** The conversation is another one: ask for the snapshot again. */
  replaced(): void;
  /** The agent is gone, and will not be back soon. */
  stilled(): void;
}

export class Hub {
  readonly #viewers = new Set<Viewer>();
  readonly #ring = new Ring();
  readonly #receipts = new Map<string, Receipt>();
  readonly #record: (record: HubRecord) => void;
  readonly tail = new Tail();
  #stream: string;
  #seq = 0;
  #live: Live = NOTHING_LIVE;
  #facts: AgentFacts | null = null;
  #activity: Activity | null = null;
  #have: Have | null;
  #kept: Have | null;
  #total = 0;

  constructor(have: Have | null, record: (record: HubRecord) => void) {
    this.#have = have;
    this.#kept = have;
    this.#record = record;
    this.#stream = crypto.randomUUID();
    this.tail.begin(have?.key ?? null);
  }

  /** The newest that was taken; null if nothing is known. */
  get have(): Have | null {
    return this.#have && { ...this.#have, key: this.tail.lastKey };
  }

  /**
   * Where the agent may go on: the newest that outlives the daemon. Not `have`,
   * or an agent would drop what a kill at this moment still loses.
   */
  get kept(): Have | null {
    return this.#kept;
  }

  /** `have` of some moment is on disk now. */
  noteKept(have: Have | null): void {
    this.#kept = have;
  }

  get facts(): AgentFacts | null {
    return this.#facts;
  }

  get activity(): Activity | null {
    return this.#activity;
  }

  get live(): Live {
    return this.#live;
  }

  get viewers(): number {
    return this.#viewers.size;
  }

  /** Number of messages on the branch. At least those kept here. */
  get total(): number {
    return this.#total;
  }

  attach(viewer: Viewer): () => void {
    this.#viewers.add(viewer);
    return () => void this.#viewers.delete(viewer);
  }

  /** True if an event of this number was taken already. */
  isKnown(epoch: string, seq: number): boolean {
    return this.#have?.epoch === epoch && seq <= this.#have.seq;
  }

  /**
   * Takes an event. Returns false if it follows on something that is not here:
   * then the agent has to send everything anew.
   */
  take(epoch: string, seq: number, event: AgentEvent): boolean {
    const session = event.type === "sync"
      ? event.facts.session.id
      : this.#have?.sessionId ?? "";
    const fits = event.type === "sync"
      ? this.#sync(event)
      : this.#change(event);
    this.#have = { epoch, seq, sessionId: session, key: this.tail.lastKey };
    if (fits && isLasting(event)) {
      this.#record({ type: "place", have: this.#have });
    }
    return fits;
  }

  /** The agent's link is gone: nothing is live any more, and said so. */
  still(): void {
    if (this.#live.flight || this.#live.tools.length > 0) {
      this.#publish({ type: "flight", flight: null, tools: [] });
    }
    for (const viewer of [...this.#viewers]) viewer.stilled();
  }

  /** Everything, as JSON without its closing brace: the caller adds the node. */
  snapshot(): string {
    const items = newestWithin(this.tail.items, SNAPSHOT_CHARACTERS);
    const more = this.tail.more || items.length < this.tail.items.length;
    return `{"type":"snapshot","stream":"${this.#stream}","seq":${this.#seq},` +
      `"items":[${items.map(({ json }) => json).join(",")}],"more":${more},` +
      `"flight":${JSON.stringify(this.#live.flight)},` +
      `"tools":${JSON.stringify(this.#live.tools)},` +
      `"facts":${JSON.stringify(this.#facts)},` +
      `"activity":${JSON.stringify(this.#activity)},` +
      `"receipts":${JSON.stringify([...this.#receipts.values()])}`;
  }

  /** What was missed since `seq` of `stream`; undefined if that is unknown. */
  since(stream: string, seq: number): readonly string[] | undefined {
    if (stream !== this.#stream) return undefined;
    return this.#ring.after(seq, this.#seq)?.map(({ json }) => json);
  }

  get place(): { readonly stream: string; readonly seq: number } {
    return { stream: this.#stream, seq: this.#seq };
  }

  receipt(id: string): Receipt | undefined {
    return this.#receipts.get(id);
  }

  #sync(sync: Sync): boolean {
    const { after } = sync;
    const sameSession = this.#have?.sessionId === sync.facts.session.id;
    const fits = after === null ||
      (sameSession && (after === this.tail.lastKey || this.tail.has(after)));
    if (!fits) return false;
    this.#total = sync.total;
    const { items, more, flight, tools, facts, activity } = sync;
    if (after !== null) {
      // Also after a restart, when nothing is known that facts could add to.
      this.#facts = facts;
      for (const item of items) this.#change({ type: "item", item });
      this.#change({ type: "facts", facts });
      this.#change({ type: "activity", activity });
      this.#change({ type: "flight", flight, tools });
      // `total` was counted with these items in it.
      this.#total = sync.total;
      return true;
    }
    const kept = items.map(keep);
    this.tail.replace(kept, more);
    this.#live = { flight, tools };
    this.#facts = facts;
    this.#activity = activity;
    this.#stream = crypto.randomUUID();
    this.#seq = 0;
    this.#ring.clear();
    this.#record({
      type: "replace",
      session: facts.session.id,
      items: kept,
      more,
    });
    for (const viewer of [...this.#viewers]) viewer.replaced();
    return true;
  }

  #change(change: Change): boolean {
    switch (change.type) {
      case "item":
        this.#put(change.item);
        break;
      case "activity":
        this.#activity = change.activity;
        break;
      case "facts":
        if (this.#facts) this.#facts = { ...this.#facts, ...change.facts };
        break;
      case "receipt":
        this.#note(change.receipt);
        break;
    }
    this.#publish(change);
    return true;
  }

  #put(item: Item): void {
    const kept = keep(item);
    if (item.kind === "message" && !this.tail.has(item.key)) this.#total++;
    this.tail.put(kept);
    this.#record({
      type: "append",
      session: this.#facts?.session.id ?? this.#have?.sessionId ?? "",
      item: kept,
    });
  }

  #note(receipt: Receipt): void {
    this.#receipts.delete(receipt.id);
    this.#receipts.set(receipt.id, receipt);
    if (this.#receipts.size <= RECEIPTS_MAX) return;
    const [oldest] = this.#receipts.keys();
    if (oldest !== undefined) this.#receipts.delete(oldest);
  }

  #publish(change: Change): void {
    this.#live = step(this.#live, change);
    const seq = ++this.#seq;
    const json = `{"seq":${seq},${JSON.stringify(change).slice(1)}`;
    this.#ring.push({ seq, json });
    for (const viewer of [...this.#viewers]) viewer.change(change, seq, json);
  }
}

/** Whether losing this would lose something. */
function isLasting({ type }: AgentEvent): boolean {
  return type === "item" || type === "sync" || type === "receipt";
}
