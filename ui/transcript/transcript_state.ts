/**
 * What the transcript of one conversation keeps besides the conversation: its
 * rows and chunks, what is open, where the reader is, what is searched for.
 */

import {
  batch,
  computed,
  effect,
  type ReadonlySignal,
  signal,
} from "@preact/signals";
import type { ConversationModel } from "../models/conversation.ts";
import { type Chunk, chunksOf } from "../models/scroll_chunks.ts";
import { RowBuilder } from "./build_rows.ts";
import { Disclosure, type Scope } from "./disclosure.ts";
import { Find, highlight, type Hit } from "./find.ts";
import type {
  PendingPrompt,
  ScrollPlace,
  TranscriptController,
} from "./pending.ts";
import type { Row } from "./rows.ts";
import { ScrollPort } from "./scroll_port.ts";

/** Room above a row that was jumped to. */
const JUMP_TOP_PX = 16;

/** How far down a hit is shown: with what was said before it. */
const HIT_TOP_PX = 96;

export interface TranscriptOptions {
  readonly conversation: ConversationModel;
  readonly pending: ReadonlySignal<readonly PendingPrompt[]>;
  /** Key of the last item that was here when the reader left. */
  readonly leftAt?: ReadonlySignal<string | undefined>;
  readonly remember: {
    load(): ScrollPlace | undefined;
    save(place: ScrollPlace): void;
  };
  onQuote?(text: string): void;
}

export class TranscriptState implements TranscriptController {
  readonly disclosure = new Disclosure();
  readonly rows: ReadonlySignal<readonly Row[]>;
  readonly chunks: ReadonlySignal<readonly Chunk<Row>[]>;
  readonly port: ScrollPort;
  readonly search: Find;
  readonly scope: Scope;
  /** Rows that came since the reader left the end. */
  readonly fresh: ReadonlySignal<number>;
  readonly #options: TranscriptOptions;
  #content: HTMLElement | undefined;
  readonly #now = signal(Date.now());
  /** Last prompt and last row when the reader left the end. */
  readonly #left = signal<{ prompt: string; row: string } | undefined>(
    undefined,
  );

  constructor(options: TranscriptOptions) {
    const { conversation, onQuote } = options;
    this.#options = options;
    const builder = new RowBuilder();
    this.rows = computed(() =>
      builder.build({
        items: conversation.items.value,
        flight: conversation.flight.value,
        tools: conversation.tools.value,
        openFrom: this.#left.value?.prompt,
        leftAt: options.leftAt?.value,
        isOpen: (key) => this.disclosure.isOpen(key, "turn"),
      })
    );
    let before: readonly Chunk<Row>[] = [];
    this.chunks = computed(() => before = chunksOf(this.rows.value, before));
    this.port = new ScrollPort({
      chunks: this.chunks,
      onNearStart: () => conversation.loadOlder(),
      onPlace: (place) => options.remember.save(place),
    });
    this.search = new Find(conversation.items);
    this.fresh = computed(() => {
      const left = this.#left.value;
      if (!left) return 0;
      const rows = this.rows.value;
      const index = rows.findIndex((row) => row.key === left.row);
      return index < 0 ? 0 : rows.length - 1 - index;
    });
    this.scope = {
      disclosure: this.disclosure,
      cwd: computed(() => conversation.node.value?.cwd),
      held: this.port.endHidden,
      now: this.#now,
      thoughts: conversation.thoughts,
      ...(onQuote ? { onQuote } : {}),
    };
  }

  /** Starts what needs the page; returns the undo. */
  start(element: HTMLElement, content: HTMLElement): () => void {
    const { conversation } = this.#options;
    this.#content = content;
    const stops = [
      this.port.attach(element, content),
      this.#tick(),
      this.#noteLeaving(),
      this.#followOwnPrompts(),
      this.#showHits(),
      effect(() => {
        // Rows came, or may now be asked for: the port looks again.
        this.chunks.value;
        conversation.loading.value;
        this.port.schedule();
      }),
      this.#restore(),
    ];
    return () => stops.forEach((stop) => stop());
  }

  /** Called when rows were mounted or let go. */
  drawn(): void {
    const { open, query } = this.search;
    if (this.#content && open.peek()) highlight(this.#content, query.peek());
    this.port.schedule();
  }

  toBottom(): void {
    this.port.toEnd();
  }

  previousPrompt(): void {
    this.#stepPrompt(-1);
  }

  nextPrompt(): void {
    this.#stepPrompt(1);
  }

  toggleTools(): void {
    this.#stay(() => this.disclosure.toggleAll("tool"));
  }

  toggleThinking(): void {
    this.#stay(() => this.disclosure.toggleAll("thinking"));
  }

  /** Moves the focus from row to row, starting at the first in view. */
  focusRow(by: 1 | -1): void {
    this.port.focusRow(by);
  }

  find(): void {
    this.search.open.value = true;
  }

  closeFind(): void {
    this.search.close();
  }

  /** Changes many rows at once; what is read stays where it is. */
  #stay(change: () => void): void {
    const first = this.port.following.peek()
      ? undefined
      : this.port.firstVisible();
    change();
    if (first) this.port.jumpTo(first.key, first.top);
  }

  #stepPrompt(by: 1 | -1): void {
    const rows = this.rows.peek();
    const below = this.port.firstBelow(JUMP_TOP_PX - 8);
    const found = rows.findIndex((row) => row.key === below?.key);
    const at = found < 0 ? rows.length : found;
    // A prompt that is at the top already is where we are, not where to go.
    const isHere = below !== undefined && below.top < JUMP_TOP_PX + 8;
    let index = by < 0 ? at - 1 : isHere ? at + 1 : at;
    while (rows[index] && rows[index]!.kind !== "user") index += by;
    const target = rows[index];
    if (target) this.port.jumpTo(target.key, JUMP_TOP_PX);
    else if (by > 0) this.port.toEnd();
  }

  #tick(): () => void {
    const { flight, tools } = this.#options.conversation;
    const isBusy = computed(() =>
      flight.value !== undefined ||
      [...tools.value.values()].some(({ run }) => run.state === "running")
    );
    return effect(() => {
      if (!isBusy.value) return;
      this.#now.value = Date.now();
      const timer = setInterval(() => this.#now.value = Date.now(), 1_000);
      return () => clearInterval(timer);
    });
  }

  /** While someone reads above, turns that end do not fold. */
  #noteLeaving(): () => void {
    return effect(() => {
      if (this.port.following.value) {
        this.#left.value = undefined;
        return;
      }
      const rows = this.rows.peek();
      const prompt = rows.findLast((row) => row.kind === "user");
      this.#left.value = {
        prompt: prompt?.key ?? "",
        row: rows.at(-1)?.key ?? "",
      };
    });
  }

  /** Who sends a message wants to see what becomes of it. */
  #followOwnPrompts(): () => void {
    const known = new Set(this.#options.pending.peek().map(({ id }) => id));
    return effect(() => {
      const fresh = this.#options.pending.value.filter(({ id }) =>
        !known.has(id)
      );
      for (const { id } of fresh) known.add(id);
      if (fresh.length > 0) this.port.toEnd();
    });
  }

  #showHits(): () => void {
    let shown = "";
    return effect(() => {
      const hit = this.search.current.value;
      const name = hit ? `${this.search.query.value} ${hit.item}` : "";
      // An item that arrives makes new hits of the old ones: stay there.
      if (hit && name !== shown) this.#goTo(hit);
      shown = name;
    });
  }

  #goTo(hit: Hit): void {
    const row = this.#rowOf(hit);
    if (!row) return;
    if (row.kind === "worked" && !row.open) {
      this.disclosure.set(row.key, true);
      // The rows of the turn exist with the next reading of `rows`.
      queueMicrotask(() => this.#goTo(hit));
      return;
    }
    const hasMore = row.kind === "tool" || row.kind === "explored" ||
      row.kind === "thinking" || row.kind === "bash" || row.kind === "caption";
    if (hasMore) this.disclosure.set(row.key, true);
    this.port.jumpTo(row.key, HIT_TOP_PX);
  }

  /** The row that shows a hit, or the folded turn that holds it. */
  #rowOf(hit: Hit): Row | undefined {
    const rows = this.rows.peek();
    const exact = rows.find((row) =>
      hit.call === undefined
        ? row.item === hit.item && row.kind !== "worked"
        : row.kind === "tool" && row.id === hit.call ||
          row.kind === "explored" &&
            row.tools.some((tool) => tool.id === hit.call)
    );
    if (exact) return exact;
    const order = new Map(
      this.#options.conversation.items.peek().map(({ key }, i) => [key, i]),
    );
    const at = order.get(hit.item) ?? 0;
    return rows.find((row) => (order.get(row.item) ?? 0) >= at);
  }

  /** Goes back to where the reader was, once the first rows are here. */
  #restore(): () => void {
    let place = this.#options.remember.load();
    return effect(() => {
      const rows = this.rows.value;
      if (!place || place.following || rows.length === 0) return;
      const { key, offset } = place;
      place = undefined;
      if (!rows.some((row) => row.key === key)) return;
      queueMicrotask(() => batch(() => this.port.jumpTo(key, offset)));
    });
  }
}
