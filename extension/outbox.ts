/**
 * The outbox: numbers events, and keeps those that matter until the hub has
 * acknowledged them.
 *
 * Only items and receipts are kept. Everything else is superseded by the sync
 * that follows a reconnect.
 */

import type { AgentEvent } from "../server/protocol/event.ts";
import { sizeOf } from "./item_bounds.ts";

/** What a daemon away for some minutes makes us hold; a sync covers the rest. */
const OUTBOX_MAX_BYTES = 4 * 1024 * 1024;
const OUTBOX_MAX_EVENTS = 5_000;

export type Numbered = { readonly seq: number } & AgentEvent;

interface Kept {
  readonly event: Numbered;
  readonly bytes: number;
}

export class Outbox {
  #seq = 0;
  #bytes = 0;
  #kept: Kept[] = [];

  number(event: AgentEvent): Numbered {
    return { seq: ++this.#seq, ...event };
  }

  /** Numbers and keeps an event. Undefined if there is no room left. */
  keep(event: AgentEvent): Numbered | undefined {
    const bytes = sizeOf(event);
    const isFull = this.#kept.length >= OUTBOX_MAX_EVENTS ||
      this.#bytes + bytes > OUTBOX_MAX_BYTES;
    if (isFull) return undefined;
    const numbered = this.number(event);
    this.#kept.push({ event: numbered, bytes });
    this.#bytes += bytes;
    return numbered;
  }

  /** Everything up to `seq` is kept by the hub. */
  acknowledge(seq: number): void {
    if ((this.#kept[0]?.event.seq ?? Infinity) > seq) return;
    this.#retain(({ event }) => event.seq > seq);
  }

  /** A sync will carry the items; receipts stay. */
  dropItems(): void {
    this.#retain(({ event }) => event.type !== "item");
  }

  unacknowledged(): Numbered[] {
    return this.#kept.map(({ event }) => event);
  }

  #retain(stays: (kept: Kept) => boolean): void {
    this.#kept = this.#kept.filter(stays);
    this.#bytes = this.#kept.reduce((sum, { bytes }) => sum + bytes, 0);
  }
}
