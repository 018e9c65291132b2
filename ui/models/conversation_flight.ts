/**
 * What is still being written, as components read it: one signal per text.
 *
 * A delta changes one signal, so only the block that shows it is drawn again;
 * the shape around it (which blocks, which tools) is replaced as a whole, and
 * only when it differs.
 */

import { type ReadonlySignal, type Signal, signal } from "@preact/signals";
import type {
  Flight,
  FlightBlock,
  ItemKey,
  ToolRun,
} from "../../server/protocol/item.ts";
import type { UnixMs } from "../../server/protocol/node.ts";

export interface LiveBlock {
  readonly kind: FlightBlock["kind"];
  readonly call?: { readonly id: string; readonly name: string };
  readonly text: ReadonlySignal<string>;
  /** By this browser's clock: when it was first heard of. */
  readonly startedAt: UnixMs;
}

export interface LiveFlight {
  readonly key: ItemKey;
  readonly startedAt: UnixMs;
  readonly blocks: readonly LiveBlock[];
}

export interface LiveTool {
  /** Its `output` is as of the last `tool` change; read `output` instead. */
  readonly run: ToolRun;
  readonly output: ReadonlySignal<string>;
}

/** A string that grows, and the signal that shows it once per frame. */
class LiveText {
  readonly shown: Signal<string>;
  text: string;

  constructor(text: string) {
    this.text = text;
    this.shown = signal(text);
  }

  publish(): void {
    this.shown.value = this.text;
  }
}

/** The message in flight. Written by changes; `publish` makes them visible. */
export class FlightKeeper {
  #flight: Flight | undefined;
  #blocks: { view: LiveBlock; text: LiveText }[] = [];
  #view: LiveFlight | undefined;

  get key(): ItemKey | undefined {
    return this.#flight?.key;
  }

  /** Keeps the blocks of the same flight, so that what shows them stays. */
  set(flight: Flight | null, now: UnixMs): void {
    if (!flight || flight.key !== this.#flight?.key) this.#blocks = [];
    this.#flight = flight ?? undefined;
    this.#view = undefined;
    if (!flight) return;
    this.#blocks.length = Math.min(this.#blocks.length, flight.blocks.length);
    flight.blocks.forEach((block, at) => this.block(at, block, now));
  }

  block(at: number, block: FlightBlock, now: UnixMs): void {
    if (!this.#flight || at > this.#blocks.length) return;
    const known = this.#blocks[at];
    if (
      known?.view.kind === block.kind && known.view.call?.id === block.call?.id
    ) {
      known.text.text = block.text;
      return;
    }
    const text = new LiveText(block.text);
    const { kind, call } = block;
    const view = { kind, text: text.shown, startedAt: now };
    this.#blocks[at] = { view: call ? { ...view, call } : view, text };
    this.#view = undefined;
  }

  delta(at: number, text: string): void {
    const block = this.#blocks[at];
    if (block) block.text.text += text;
  }

  /** How long the thinking block at `at` took, if it was seen to begin and end. */
  thoughtMs(at: number, now: UnixMs): number | undefined {
    const block = this.#blocks[at]?.view;
    if (block?.kind !== "thinking") return undefined;
    return (this.#blocks[at + 1]?.view.startedAt ?? now) - block.startedAt;
  }

  publish(): LiveFlight | undefined {
    for (const { text } of this.#blocks) text.publish();
    if (!this.#flight) return undefined;
    const { key, startedAt } = this.#flight;
    this.#view ??= {
      key,
      startedAt,
      blocks: this.#blocks.map(({ view }) => view),
    };
    return this.#view;
  }
}

/** The turn's tools, by the id of their call. */
export class ToolKeeper {
  #tools = new Map<string, { view: LiveTool; text: LiveText }>();
  #view: ReadonlyMap<string, LiveTool> | undefined;

  reset(tools: readonly ToolRun[]): void {
    const before = this.#tools;
    this.#tools = new Map();
    this.#view = undefined;
    for (const run of tools) {
      const known = before.get(run.id);
      if (known) this.#tools.set(run.id, known);
      this.set(run, true);
    }
  }

  /** An empty output keeps what is known, unless the run is `complete`. */
  set(run: ToolRun, complete = false): void {
    const known = this.#tools.get(run.id);
    const text = known?.text ?? new LiveText(run.output);
    if (run.output || complete) text.text = run.output;
    this.#tools.set(run.id, { view: { run, output: text.shown }, text });
    this.#view = undefined;
  }

  output(id: string, keep: number, text: string): void {
    const tool = this.#tools.get(id);
    if (tool) tool.text.text = tool.text.text.slice(0, keep) + text;
  }

  publish(): ReadonlyMap<string, LiveTool> {
    for (const { text } of this.#tools.values()) text.publish();
    this.#view ??= new Map(
      [...this.#tools].map(([id, { view }]) => [id, view]),
    );
    return this.#view;
  }
}
