/**
 * One conversation as the hub tells it: applies frames, knows no socket.
 *
 * Every change may come twice; a number that is not newer than the last is
 * ignored. A number that leaves one out cannot be repaired here: the state
 * says `broken`, and whoever holds the link opens it again for a snapshot.
 */

import type {
  AgentFacts,
  Change,
  Receipt,
} from "../../server/protocol/event.ts";
import type { Item } from "../../server/protocol/item.ts";
import type {
  Activity,
  NodeRecord,
  UnixMs,
} from "../../server/protocol/node.ts";
import type { Snapshot, ViewerDown } from "../../server/protocol/viewer.ts";
import { FlightKeeper, ToolKeeper } from "./conversation_flight.ts";
import { ItemWindow } from "./conversation_items.ts";

/** As many as the hub remembers of one agent, and then some. */
const MAX_RECEIPTS = 200;

/** Thinking times that were measured; older ones are shown without. */
const MAX_THOUGHTS = 1_000;

/** A place in a stream, to resume from. */
export interface Place {
  readonly stream: string;
  readonly seq: number;
}

export class ConversationState {
  readonly items = new ItemWindow();
  readonly flight = new FlightKeeper();
  readonly tools = new ToolKeeper();
  node: NodeRecord | undefined;
  facts: AgentFacts | undefined;
  activity: Activity | undefined;
  receipts: ReadonlyMap<string, Receipt> = new Map();
  /** Milliseconds of thinking by row key, measured while it streamed. */
  thoughts: ReadonlyMap<string, number> = new Map();
  place: Place | undefined;
  broken = false;

  apply(frame: ViewerDown, now: UnixMs): void {
    switch (frame.type) {
      case "snapshot":
        return this.#snapshot(frame, now);
      case "resumed":
        this.place = { stream: frame.stream, seq: frame.seq };
        this.broken = false;
        return;
      case "node":
        this.node = frame.node;
        return;
      case "beat":
        return;
      default:
        return this.#change(frame, now);
    }
  }

  #snapshot(frame: Snapshot, now: UnixMs): void {
    this.items.snapshot(frame.items, frame.more);
    this.flight.set(frame.flight, now);
    this.tools.reset(frame.tools);
    this.node = frame.node;
    this.facts = frame.facts ?? undefined;
    this.activity = frame.activity ?? undefined;
    this.receipts = new Map(frame.receipts.map((each) => [each.id, each]));
    this.place = { stream: frame.stream, seq: frame.seq };
    this.broken = false;
  }

  #change(frame: { readonly seq: number } & Change, now: UnixMs): void {
    // Before the first snapshot a change has nothing to apply to.
    if (!this.place || this.broken || frame.seq <= this.place.seq) return;
    if (frame.seq !== this.place.seq + 1) {
      this.broken = true;
      return;
    }
    this.place = { stream: this.place.stream, seq: frame.seq };
    this.#apply(frame, now);
  }

  #apply(change: Change, now: UnixMs): void {
    switch (change.type) {
      case "flight":
        this.flight.set(change.flight, now);
        this.tools.reset(change.tools);
        return;
      case "block":
        this.flight.block(change.at, change.block, now);
        return;
      case "delta":
        this.flight.delta(change.at, change.text);
        return;
      case "item":
        return this.#item(change.item, now);
      case "tool":
        this.tools.set(change.tool);
        return;
      case "output":
        this.tools.output(change.id, change.keep, change.text);
        return;
      case "activity":
        this.activity = change.activity;
        return;
      case "facts":
        // Until the agent has said all, a part of it is of no use.
        if (this.facts) this.facts = { ...this.facts, ...change.facts };
        else if (isComplete(change.facts)) this.facts = change.facts;
        return;
      case "receipt":
        this.#receipt(change.receipt);
        return;
    }
  }

  #item(item: Item, now: UnixMs): void {
    this.items.append(item);
    if (item.key !== this.flight.key) return;
    const thoughts = new Map(this.thoughts);
    for (let at = 0; at < 64; at++) {
      const ms = this.flight.thoughtMs(at, now);
      if (ms !== undefined) thoughts.set(`${item.key}/${at}`, ms);
    }
    this.thoughts = newest(thoughts, MAX_THOUGHTS);
    this.flight.set(null, now);
  }

  #receipt(receipt: Receipt): void {
    const receipts = new Map(this.receipts);
    receipts.delete(receipt.id);
    this.receipts = newest(receipts.set(receipt.id, receipt), MAX_RECEIPTS);
  }
}

function newest<Value>(
  map: ReadonlyMap<string, Value>,
  count: number,
): ReadonlyMap<string, Value> {
  return map.size <= count ? map : new Map([...map].slice(-count));
}

function isComplete(facts: Partial<AgentFacts>): facts is AgentFacts {
  return facts.pi !== undefined && facts.session !== undefined &&
    facts.usage !== undefined && facts.queue !== undefined &&
    facts.tools !== undefined;
}
