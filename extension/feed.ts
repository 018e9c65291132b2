/**
 * The feed: events on their way to the hub, numbered, in order, in few frames.
 *
 * Decides what is sent, kept, merged or left out; knows no socket. With no
 * link, or one that is too slow, what is lost is owed: a sync or a flight sets
 * it right later, so there is never a silent gap.
 */

import type { AgentEvent, Change, Sync } from "../server/protocol/event.ts";
import type { ItemKey } from "../server/protocol/item.ts";
import type { Have } from "../server/protocol/uplink.ts";
import { toJson } from "./json.ts";
import { type Numbered, Outbox } from "./outbox.ts";

/** One frame of the screen: more often than this nobody can see. */
const FLUSH_EVERY_MS = 16;
/** Past this much unsent, live changes are left out until it has drained. */
const BUFFERED_MAX_BYTES = 1024 * 1024;
const RETRY_AFTER_MS = 50;
/** Items of one sync. The hub takes frames of several times this. */
export const SYNC_BYTES = 1024 * 1024;

/** What only those want who watch; a flight sets it right. */
const LIVE: ReadonlySet<string> = new Set<Change["type"]>(
  ["flight", "block", "delta", "tool", "output"],
);

/** An open socket, after the register reply. */
export interface FeedLink {
  send(text: string): void;
  buffered(): number;
}

/** Where syncs come from. */
export interface FeedSource {
  /** All that is known, newest items first in line for the budget. */
  whole(bytes: number): Sync;
  /** What follows `key`; undefined if `key` is not on the branch. */
  rest(
    key: ItemKey,
    bytes: number,
  ): { sync: Sync; isLast: boolean } | undefined;
  flight(): Change;
  /** Changes that are only worked out when they can be sent. */
  lazy(): { changes: readonly Change[]; isMore: boolean };
}

/** What the hub lacks: nothing, what follows its newest item, or everything. */
type Owed = "nothing" | "rest" | "all";

export class Feed {
  readonly #source: FeedSource;
  readonly #outbox = new Outbox();
  readonly #guard: (fn: () => void) => () => void;
  #link: FeedLink | undefined;
  #isWatched = false;
  #owed: Owed = "rest";
  /** Before the first link there is no hub that could lack anything. */
  #hasOpened = false;
  /** The hub refused something: the next sync has no items. */
  #isWary = false;
  /** Live changes were left out: the next thing sent is a flight. */
  #isStale = false;
  #queue: Numbered[] = [];
  /** Newest item that the hub has, or will have once it has read all we sent. */
  #lastKey: ItemKey | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #flushedAt = 0;

  /** @param guard Wraps the timer's callback: see `boundary.ts`. */
  constructor(source: FeedSource, guard: (fn: () => void) => () => void) {
    this.#source = source;
    this.#guard = guard;
  }

  /** The hub answered: sends again what it lacks, then a sync. */
  open(link: FeedLink, epoch: string, have: Have | null, sessionId: string) {
    this.close();
    this.#link = link;
    this.#hasOpened = true;
    if (have?.epoch === epoch) this.#outbox.acknowledge(have.seq);
    else this.#outbox.dropItems();
    this.#queue = this.#outbox.unacknowledged();
    const isSame = have?.sessionId === sessionId && have.key !== null;
    this.#lastKey = isSame ? have.key : null;
    this.#owed = isSame && !this.#isWary ? "rest" : "all";
    this.#schedule();
  }

  /**
   * The hub could not read what it was sent, and would not the next time.
   * Items that are not sent again can still be asked for, page by page.
   */
  refused(): void {
    this.#outbox.dropItems();
    this.#isWary = true;
    this.#owed = "all";
  }

  /** The socket is gone. Kept events stay kept. */
  close(): void {
    this.#link = undefined;
    this.#isWatched = false;
    this.#queue = [];
    clearTimeout(this.#timer);
    this.#timer = undefined;
    // Items that wait for a sync were not kept. To keep later ones would leave
    // a gap before them, so none is kept until there is a link again.
    this.#owed = this.#owed === "nothing" ? "rest" : "all";
  }

  push(event: Change): void {
    switch (event.type) {
      case "item":
      case "receipt":
        return this.#pushDurable(event);
      case "activity":
      case "facts":
        if (this.#link && this.#owed === "nothing") this.#enqueue(event);
        return;
      default:
        if (this.isLive) this.#pushLive(event);
    }
  }

  /** Whether live changes would be sent now. */
  get isLive(): boolean {
    return this.#link !== undefined && this.#isWatched && !this.#isStale &&
      this.#owed === "nothing";
  }

  watch(isOn: boolean): void {
    this.#isWatched = isOn;
    if (isOn) {
      this.#isStale = true;
      this.#schedule();
    }
  }

  acknowledge(seq: number): void {
    this.#outbox.acknowledge(seq);
  }

  /** History was replaced, or the hub asks: everything is sent anew. */
  resync(): void {
    this.#owed = "all";
    this.#schedule();
  }

  /** Something is there that `lazy` will tell. */
  stir(): void {
    if (this.isLive) this.#schedule();
  }

  /** Sends what can be sent now. True if nothing is left. */
  flush(now = Date.now()): boolean {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#flushedAt = now;
    while (this.#link) {
      if (this.#link.buffered() > BUFFERED_MAX_BYTES) {
        this.#stall();
        return false;
      }
      const event = this.#next();
      if (!event) return this.#queue.length === 0;
      if (event.type === "item") this.#lastKey = event.item.key;
      const text = toJson(event);
      if (text !== undefined) this.#link.send(text);
    }
    return false;
  }

  #next(): Numbered | undefined {
    const queued = this.#queue.shift();
    if (queued) return queued;
    if (this.#owed !== "nothing") return this.#outbox.number(this.#sync());
    if (this.#isStale && this.#isWatched) {
      this.#isStale = false;
      return this.#outbox.number(this.#source.flight());
    }
    if (!this.isLive) return undefined;
    const { changes, isMore } = this.#source.lazy();
    this.#queue = changes.map((change) => this.#outbox.number(change));
    if (isMore) this.#schedule();
    return this.#queue.shift();
  }

  #sync(): Sync {
    const part =
      this.#owed === "rest" && !this.#isWary && this.#lastKey !== null
        ? this.#source.rest(this.#lastKey, SYNC_BYTES)
        : undefined;
    const whole = () => this.#source.whole(SYNC_BYTES);
    const sync = this.#isWary
      ? { ...whole(), items: [], more: true }
      : part?.sync ?? whole();
    this.#isWary = false;
    this.#owed = !part || part.isLast ? "nothing" : "rest";
    this.#isStale = false;
    this.#lastKey = sync.items.at(-1)?.key ?? sync.after;
    return sync;
  }

  #pushDurable(event: Change): void {
    if (event.type === "item" && this.#isCovered()) return this.#schedule();
    let kept = this.#outbox.keep(event);
    if (!kept) {
      // Full: a sync will carry the items. A receipt fits now.
      this.#outbox.dropItems();
      this.#queue = this.#queue.filter(({ type }) => type !== "item");
      this.#owed = this.#link && this.#owed !== "all" ? "rest" : "all";
      this.#schedule();
      kept = event.type === "receipt" ? this.#outbox.keep(event) : undefined;
    }
    if (kept && this.#link) this.#enqueue(kept);
  }

  /** Whether a sync that is owed will carry a new item. */
  #isCovered(): boolean {
    if (!this.#hasOpened) return true;
    return this.#link ? this.#owed !== "nothing" : this.#owed === "all";
  }

  #pushLive(event: AgentEvent): void {
    const last = this.#queue.at(-1);
    if (
      event.type === "delta" && last?.type === "delta" && last.at === event.at
    ) {
      this.#queue[this.#queue.length - 1] = {
        ...last,
        text: last.text + event.text,
      };
      return;
    }
    this.#enqueue(event);
  }

  #enqueue(event: AgentEvent | Numbered): void {
    this.#queue.push("seq" in event ? event : this.#outbox.number(event));
    this.#schedule();
  }

  /** Too much is unsent: keeps what must arrive, and waits. */
  #stall(): void {
    this.#queue = this.#queue.filter(({ type }) => !LIVE.has(type));
    this.#isStale = true;
    this.#schedule(RETRY_AFTER_MS);
  }

  /** The first change goes at once, what follows within one frame together. */
  #schedule(atLeastMs = 0): void {
    if (!this.#link || this.#timer) return;
    const since = Date.now() - this.#flushedAt;
    const wait = Math.max(atLeastMs, FLUSH_EVERY_MS - since, 0);
    this.#timer = setTimeout(this.#guard(() => void this.flush()), wait);
    this.#timer.unref?.();
  }
}
