/**
 * The scroller's controller: what is mounted, whether it follows the end, and
 * what stays where it is while things around it grow.
 *
 * The element is `column-reverse` with one child, so that the end needs no
 * script to stay at the end and older rows need no correction to be added. Its
 * `scrollTop` is 0 at the end and negative above.
 */

import { batch, type ReadonlySignal, signal } from "@preact/signals";
import type { Chunk } from "../models/scroll_chunks.ts";
import {
  around,
  type ChunkRange,
  lastRange,
  nextRange,
} from "../models/scroll_window.ts";
import { watchIntent } from "./intent.ts";
import type { ScrollPlace } from "./pending.ts";
import type { Row } from "./rows.ts";

/** Arriving this near the end is arriving at the end. */
const NEAR_END_PX = 64;

/** Older items are asked for when the oldest row is this near. */
const ASK_WITHIN_PX = 1_600;

/** Frames without movement after which a jump has arrived. */
const SETTLED_FRAMES = 4;

/** A row that is kept at a distance from the top of the view. */
interface Pin {
  readonly key: string;
  readonly top: number;
  settled: number;
}

export interface ScrollPortOptions {
  readonly chunks: ReadonlySignal<readonly Chunk<Row>[]>;
  /** The first chunk is near: there may be older items to ask for. */
  onNearStart(): void;
  onPlace(place: ScrollPlace): void;
  /** False where the browser keeps what is read in place by itself. */
  readonly anchorsItself?: boolean;
}

export class ScrollPort {
  readonly following = signal(true);
  /** What is being written is wholly below the view. */
  readonly endHidden = signal(false);
  /** First and last mounted chunk, by key. */
  readonly #range = signal<{ first: string; last: string } | undefined>(
    undefined,
  );
  readonly #options: ScrollPortOptions;
  readonly #anchorsItself: boolean;
  readonly #heights = new Map<string, number>();
  #element: HTMLElement | undefined;
  #content: HTMLElement | undefined;
  #pin: Pin | undefined;
  #anchor: { key: string; top: number } | undefined;
  #frame: number | undefined;
  #lastTop = 0;

  constructor(options: ScrollPortOptions) {
    this.#options = options;
    this.#anchorsItself = options.anchorsItself ??
      CSS.supports("overflow-anchor", "auto");
  }

  /** Starts to work on an element; returns the undo. */
  attach(element: HTMLElement, content: HTMLElement): () => void {
    this.#element = element;
    this.#content = content;
    const stopIntent = watchIntent(element, () => this.leaveEnd());
    const onScroll = () => this.#scrolled();
    element.addEventListener("scroll", onScroll, { passive: true });
    // One observer, one write per frame: it runs before paint.
    const observer = new ResizeObserver(() => this.#resized());
    observer.observe(content);
    observer.observe(element);
    if (this.following.peek()) element.scrollTop = 0;
    this.schedule();
    return () => {
      stopIntent();
      observer.disconnect();
      element.removeEventListener("scroll", onScroll);
      if (this.#frame !== undefined) cancelAnimationFrame(this.#frame);
      this.#frame = undefined;
      this.#element = this.#content = undefined;
    };
  }

  /** The mounted chunks, as indices into `chunks`. Read while rendering. */
  range(): ChunkRange {
    const chunks = this.#options.chunks.value;
    const range = this.#range.value;
    const isFollowing = this.following.value;
    if (!range) return lastRange(chunks.length);
    const first = chunks.findIndex((chunk) => chunk.key === range.first);
    const last = chunks.findIndex((chunk) => chunk.key === range.last);
    const to = isFollowing ? chunks.length : last + 1;
    if (to === 0) return lastRange(chunks.length);
    return { from: first < 0 ? Math.max(0, to - 2) : first, to };
  }

  /** Pixels that the chunks outside of `range` take, where that is known. */
  spacers(range: ChunkRange): { above: number; below: number } {
    const sum = (chunks: readonly Chunk<Row>[]) =>
      chunks.reduce((all, { key }) => all + (this.#heights.get(key) ?? 0), 0);
    const chunks = this.#options.chunks.peek();
    return {
      above: sum(chunks.slice(0, range.from)),
      below: sum(chunks.slice(range.to)),
    };
  }

  /** Stops following, if there is anything to scroll. */
  leaveEnd(): void {
    const element = this.#element;
    this.#pin = undefined;
    if (!element || element.scrollHeight <= element.clientHeight + 1) return;
    this.#freeze();
    this.following.value = false;
  }

  toEnd(): void {
    batch(() => {
      this.#pin = undefined;
      // Mounted already: what is above it may stay as well.
      if (!this.#isAtEnd()) this.#range.value = undefined;
      this.following.value = true;
      this.endHidden.value = false;
    });
    if (this.#element) this.#element.scrollTop = 0;
    this.#options.onPlace({ following: true });
    this.schedule();
  }

  /** Shows a row at `top` pixels below the top of the view. */
  jumpTo(key: string, top: number): void {
    const chunks = this.#options.chunks.peek();
    const index = chunks.findIndex((chunk) =>
      chunk.rows.some((row) => row.key === key)
    );
    if (index < 0) return;
    const { from, to } = around(chunks, index);
    const isMounted = this.#rowElement(key) !== undefined;
    batch(() => {
      if (isMounted) this.#freeze();
      else this.#setRange({ from, to });
      this.following.value = false;
    });
    this.#pin = { key, top, settled: 0 };
    this.schedule();
  }

  /** Keeps a row where it is now, whatever grows or shrinks in it. */
  holdStill(row: HTMLElement): void {
    const key = row.dataset.key;
    const element = this.#element;
    if (!key || !element) return;
    const top = row.getBoundingClientRect().top -
      element.getBoundingClientRect().top;
    this.#freeze();
    this.following.value = false;
    this.#pin = { key, top, settled: 0 };
    this.schedule();
  }

  /** The first row of which something is in view. */
  firstVisible(): { key: string; top: number } | undefined {
    return this.#firstRow((box, view) => box.bottom > view.top + 1);
  }

  /** The first row that begins at or below `top` pixels in the view. */
  firstBelow(top: number): { key: string; top: number } | undefined {
    return this.#firstRow((box, view) => box.top - view.top >= top);
  }

  #firstRow(
    matches: (box: DOMRect, view: DOMRect) => boolean,
  ): { key: string; top: number } | undefined {
    const view = this.#element?.getBoundingClientRect();
    if (!view) return undefined;
    for (const row of this.#rowElements()) {
      const box = row.getBoundingClientRect();
      if (!row.dataset.key || !matches(box, view)) continue;
      return { key: row.dataset.key, top: box.top - view.top };
    }
    return undefined;
  }

  /** Focuses the mounted row before or after the focused one. */
  focusRow(by: 1 | -1): void {
    const rows = this.#rowElements();
    const focused = rows.findIndex((row) =>
      row.contains(document.activeElement)
    );
    const first = this.firstVisible()?.key;
    const start = rows.findIndex((row) => row.dataset.key === first);
    const target = focused < 0 ? rows[start] : rows[focused + by];
    if (!target) return;
    if (by < 0) this.leaveEnd();
    target.focus({ preventScroll: true });
    target.scrollIntoView({ block: "nearest" });
  }

  /** Looks again before the next paint: something may have changed. */
  schedule(): void {
    this.#frame ??= requestAnimationFrame(() => {
      this.#frame = undefined;
      this.#update();
    });
  }

  #scrolled(): void {
    const element = this.#element;
    if (!element) return;
    const top = element.scrollTop;
    const isDownward = top > this.#lastTop;
    this.#lastTop = top;
    if (
      !this.following.peek() && isDownward && top >= -NEAR_END_PX &&
      !this.#pin && this.#isAtEnd()
    ) this.toEnd();
    if (!this.following.peek()) this.#captureAnchor();
    this.schedule();
  }

  #resized(): void {
    const element = this.#element;
    if (!element) return;
    if (this.following.peek()) {
      if (element.scrollTop !== 0) element.scrollTop = 0;
    } else if (this.#pin) this.#alignPin();
    else if (!this.#anchorsItself) this.#restoreAnchor();
    this.schedule();
  }

  #update(): void {
    const element = this.#element;
    const mounted = this.#chunkElements();
    const first = mounted[0];
    const last = mounted.at(-1);
    if (!element || !first || !last) return;
    for (const chunk of mounted) {
      const key = chunk.dataset.chunk!;
      this.#heights.set(key, chunk.getBoundingClientRect().height);
    }
    const view = element.getBoundingClientRect();
    const range = this.range();
    const next = nextRange(range, {
      heights: this.#options.chunks.peek().map(({ key }) =>
        this.#heights.get(key)
      ),
      above: view.top - first.getBoundingClientRect().top,
      below: last.getBoundingClientRect().bottom - view.bottom,
      viewHeight: view.height,
    });
    const isMoving = this.#alignPin();
    const isChanged = next.from !== range.from || next.to !== range.to;
    if (isChanged && this.#isRendered(range)) this.#setRange(next);
    if (isChanged || isMoving) this.schedule();
    const above = view.top - first.getBoundingClientRect().top;
    if (next.from === 0 && above < ASK_WITHIN_PX) this.#options.onNearStart();
    this.#noteEnd(view);
    this.#notePlace();
  }

  /** The page shows what `range` says; else wait for the next frame. */
  #isRendered(range: ChunkRange): boolean {
    return this.#chunkElements().length === range.to - range.from;
  }

  #noteEnd(view: DOMRect): void {
    const rows = this.#rowElements();
    const last = rows.at(-1);
    const isMounted = this.#isAtEnd();
    this.endHidden.value = !this.following.peek() &&
      (!isMounted || !last || last.getBoundingClientRect().top > view.bottom);
  }

  #notePlace(): void {
    if (this.following.peek()) {
      this.#options.onPlace({ following: true });
      return;
    }
    if (this.#pin) return;
    const row = this.firstVisible();
    if (!row) return;
    this.#options.onPlace({
      following: false,
      key: row.key,
      offset: Math.round(row.top),
    });
  }

  /** Moves the pinned row to its place. True until it stays there. */
  #alignPin(): boolean {
    const pin = this.#pin;
    const element = this.#element;
    if (!pin || !element) return false;
    const row = this.#rowElement(pin.key);
    if (!row) return ++pin.settled < 60;
    const drift = row.getBoundingClientRect().top -
      element.getBoundingClientRect().top - pin.top;
    if (Math.abs(drift) >= 1) {
      const before = element.scrollTop;
      element.scrollTop += drift;
      // At either end of the content there is nowhere to go.
      if (element.scrollTop !== before) pin.settled = 0;
    }
    if (++pin.settled < SETTLED_FRAMES) return true;
    this.#pin = undefined;
    this.#captureAnchor();
    if (element.scrollTop >= -1 && this.#isAtEnd()) this.toEnd();
    return false;
  }

  #isAtEnd(): boolean {
    return this.range().to === this.#options.chunks.peek().length;
  }

  /** From following, "to the end" becomes the chunk that is the end now. */
  #freeze(): void {
    const { from, to } = this.range();
    this.#setRange({ from, to });
  }

  #setRange({ from, to }: ChunkRange): void {
    const chunks = this.#options.chunks.peek();
    const first = chunks[from]?.key;
    const last = chunks[to - 1]?.key;
    if (first === undefined || last === undefined) return;
    const now = this.#range.peek();
    if (now?.first === first && now.last === last) return;
    this.#range.value = { first, last };
  }

  #captureAnchor(): void {
    if (this.#anchorsItself) return;
    this.#anchor = this.firstVisible();
  }

  #restoreAnchor(): void {
    const element = this.#element;
    const row = this.#anchor && this.#rowElement(this.#anchor.key);
    if (!element || !this.#anchor || !row) return;
    const drift = row.getBoundingClientRect().top -
      element.getBoundingClientRect().top - this.#anchor.top;
    if (Math.abs(drift) >= 0.5) element.scrollTop += drift;
  }

  #chunkElements(): HTMLElement[] {
    const found = this.#content?.querySelectorAll<HTMLElement>(
      ":scope > [data-chunk]",
    );
    return [...found ?? []];
  }

  #rowElements(): HTMLElement[] {
    return this.#chunkElements().flatMap((chunk) =>
      [...chunk.children] as HTMLElement[]
    );
  }

  #rowElement(key: string): HTMLElement | undefined {
    return this.#rowElements().find((row) => row.dataset.key === key);
  }
}
