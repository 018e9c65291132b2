/**
 * The message in flight, put together from deltas.
 *
 * pi hands out its own growing object with every update, which runs ahead of
 * the delta beside it (seen up to 1.5.2). Text is therefore taken from deltas
 * alone; mixing the two shows a late viewer some of it twice.
 */

import type { Change } from "../server/protocol/event.ts";
import type {
  Flight as FlightShape,
  FlightBlock,
  ItemKey,
} from "../server/protocol/item.ts";
import { shortCallId } from "./call_id.ts";
import { NAME_MAX, shortened } from "./readable.ts";

/**
 * Characters kept of one message. Models end far earlier; past it the live
 * view stands still, and the finished message arrives as an item.
 */
const FLIGHT_MAX = 2 * 1024 * 1024;
/** The hub takes no more blocks than this in one message. */
const BLOCKS_MAX = 1_000;

/** The part of pi's `assistantMessageEvent` that is read. */
export interface StreamEvent {
  readonly type: string;
  readonly contentIndex?: number;
  readonly delta?: string;
  readonly content?: string;
  readonly partial?: { readonly content?: readonly unknown[] };
}

interface Block {
  readonly kind: FlightBlock["kind"];
  text: string;
  readonly call?: { readonly id: string; readonly name: string };
}

export interface FlightStart {
  readonly key: ItemKey;
  readonly startedAt: number;
  readonly provider?: string;
  readonly model?: string;
}

export class Flight {
  readonly #start: FlightStart;
  readonly #blocks: Block[] = [];
  /** pi's `contentIndex` to ours, which has no holes. */
  readonly #places = new Map<number, number>();
  #length = 0;

  constructor(start: FlightStart) {
    this.#start = start;
  }

  get key(): ItemKey {
    return this.#start.key;
  }

  /** Takes in one update and returns what viewers have to be told. */
  apply(event: StreamEvent): Change[] {
    const kind = kindOf(event.type);
    const index = event.contentIndex;
    if (!kind || typeof index !== "number") return [];
    const changes: Change[] = [];
    let at = this.#places.get(index);
    if (at === undefined) {
      at = this.#open(kind, index, event);
      const block = this.#blocks[at];
      if (!block) return [];
      changes.push({ type: "block", at, block: { ...block } });
    }
    const text = this.#textOf(event, at);
    if (!text || this.#length + text.length > FLIGHT_MAX) return changes;
    (this.#blocks[at] as Block).text += text;
    this.#length += text.length;
    changes.push({ type: "delta", at, text });
    return changes;
  }

  toJSON(): FlightShape {
    const blocks = this.#blocks.map((block) => ({ ...block }));
    return { ...this.#start, blocks };
  }

  #open(kind: Block["kind"], index: number, event: StreamEvent): number {
    const at = this.#blocks.length;
    if (at >= BLOCKS_MAX) return at;
    const call = kind === "tool" ? callOf(event.partial?.content?.[index]) : {};
    this.#blocks.push({ kind, text: "", ...call });
    this.#places.set(index, at);
    return at;
  }

  /** Some providers send a block whole, at its end and without a delta. */
  #textOf(event: StreamEvent, at: number): string {
    if (typeof event.delta === "string") return event.delta;
    const whole = event.type.endsWith("_end") && event.content;
    return whole && !this.#blocks[at]?.text ? whole : "";
  }
}

function kindOf(type: string): Block["kind"] | undefined {
  if (type.startsWith("text_")) return "text";
  if (type.startsWith("thinking_")) return "thinking";
  if (type.startsWith("toolcall_")) return "tool";
  return undefined;
}

/** Id and name are there from the start; only the arguments grow. */
function callOf(part: unknown) {
  const { id, name } = (part ?? {}) as { id?: unknown; name?: unknown };
  return { call: { id: shortCallId(id), name: shortened(name, NAME_MAX) } };
}
