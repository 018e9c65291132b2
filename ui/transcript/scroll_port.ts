/**
 * The scroller's controller: what is mounted, whether it follows the end, and
 * what stays where it is while things around it grow.
 *
 * The element is `column-reverse` with one child, so that the end needs no
 * script to stay at the end and older rows need no correction to be added. Its
 * `scrollTop` is 0 at the end and negative above.
 */

import { batch, type ReadonlySignal, signal, untracked } from "@preact/signals";
import type { Chunk } from "../models/scroll_chunks.ts";
import {
  around,
  type ChunkRange,
  lastRange,
  nextRange,
} from "../models/scroll_window.ts";
import { watchIntent } from "./intent.ts";
import { MountedRows, type RowPlace } from "./mounted_rows.ts";
import type { ScrollPlace } from "./pending.ts";
import { Pin } from "./pin.ts";
import type { Row } from "./rows.ts";

/** Arriving this near the end is arriving at the end. */
const NEAR_END_PX = 64;

/** Older items are asked for when the oldest row is this near. */
const ASK_WITHIN_PX = 1_600;

export interface ScrollPortOptions {
  readonly chunks: ReadonlySignal<readonly Chunk<Row>[]>;
  /** The first chunk is near: there may be older items to ask for. */
  onNearStart(): void;
  /** Called when the reader's place is another one. */
  onPlace(place: ScrollPlace): void;
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
  /** WebKit does not keep what is read in place by itself. */
  readonly #anchorsItself = CSS.supports("overflow-anchor", "auto");
  readonly #heights = new Map<string, number>();
  #mounted: MountedRows | undefined;
  #pin: Pin | undefined;
  #anchor: RowPlace | undefined;
  #place: ScrollPlace = { following: true };
  #frame: number | undefined;
  #lastTop = 0;

  constructor(options: ScrollPortOptions) {
    this.#options = options;
  }

  /** Starts to work on an element; returns the undo. */
  attach(element: HTMLElement, content: HTMLElement): () => void {
    this.#mounted = new MountedRows(element, content);
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
      this.#mounted = undefined;
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
    this.#pin = undefined;
    if (this.#mounted?.canScroll()) this.#leave();
  }

  toEnd(): void {
    const isMounted = this.#isAtEnd();
    batch(() => {
      this.#pin = undefined;
      // Mounted already: what is above it may stay as well.
      if (!isMounted) this.#range.value = undefined;
      this.following.value = true;
      this.endHidden.value = false;
    });
    if (this.#mounted) this.#mounted.scroller.scrollTop = 0;
    this.schedule();
  }

  /** Shows a row at `top` pixels below the top of the view. */
  jumpTo(key: string, top: number): void {
    const chunks = this.#options.chunks.peek();
    const index = chunks.findIndex((chunk) =>
      chunk.rows.some((row) => row.key === key)
    );
    if (index < 0) return;
    if (this.#mounted?.has(key)) this.#leave();
    else {
      batch(() => {
        this.#setRange(around(chunks, index));
        this.following.value = false;
      });
    }
    this.#pin = new Pin({ key, top });
    this.schedule();
  }

  /** Keeps a row where it is now, whatever grows or shrinks in it. */
  holdStill(key: string): void {
    const top = this.#mounted?.topOf(key);
    if (top === undefined) return;
    this.#leave();
    this.#pin = new Pin({ key, top });
    this.schedule();
  }

  /** The first row of which something is in view. */
  firstVisible(): RowPlace | undefined {
    return this.#mounted?.firstVisible();
  }

  /** The first row that begins at or below `top` pixels in the view. */
  firstBelow(top: number): RowPlace | undefined {
    return this.#mounted?.firstBelow(top);
  }

  /** Focuses the mounted row before or after the focused one. */
  focusRow(by: 1 | -1): void {
    if (by < 0) this.leaveEnd();
    this.#mounted?.focusRow(by);
  }

  /** Looks again before the next paint: something may have changed. */
  schedule(): void {
    this.#frame ??= requestAnimationFrame(() => {
      this.#frame = undefined;
      if (this.#mounted) this.#update(this.#mounted);
    });
  }

  #scrolled(): void {
    if (!this.#mounted) return;
    const top = this.#mounted.scroller.scrollTop;
    const isDownward = top > this.#lastTop;
    this.#lastTop = top;
    if (!this.following.peek()) {
      const hasArrived = isDownward && top >= -NEAR_END_PX && !this.#pin;
      if (hasArrived && this.#isAtEnd()) this.toEnd();
      else this.#captureAnchor();
    }
    this.schedule();
  }

  /** Between layout and paint: what grew must not be seen to move others. */
  #resized(): void {
    const mounted = this.#mounted;
    if (!mounted) return;
    if (this.following.peek()) mounted.scroller.scrollTop = 0;
    else if (this.#pin) this.#alignPin(mounted);
    else if (!this.#anchorsItself && this.#anchor) {
      const top = mounted.topOf(this.#anchor.key);
      if (top !== undefined) mounted.moveBy(top - this.#anchor.top);
    }
    this.schedule();
  }

  #update(mounted: MountedRows): void {
    const chunks = mounted.chunks();
    const first = chunks[0]?.getBoundingClientRect();
    const last = chunks.at(-1)?.getBoundingClientRect();
    if (!first || !last) return;
    for (const chunk of chunks) {
      const { height } = chunk.getBoundingClientRect();
      this.#heights.set(chunk.dataset.chunk!, height);
    }
    const view = mounted.view();
    const above = view.top - first.top;
    const range = this.#peekRange();
    const next = nextRange(range, {
      heights: this.#options.chunks.peek().map(({ key }) =>
        this.#heights.get(key)
      ),
      above,
      below: last.bottom - view.bottom,
      viewHeight: view.height,
    });
    const isMoving = this.#alignPin(mounted);
    const isChanged = next.from !== range.from || next.to !== range.to;
    // What the last frame asked for may not have been drawn yet.
    const isDrawn = chunks.length === range.to - range.from;
    if (isChanged && isDrawn) this.#setRange(next);
    if (isChanged || isMoving) this.schedule();
    if (next.from === 0 && above < ASK_WITHIN_PX) this.#options.onNearStart();
    this.#noteEnd(mounted);
    this.#notePlace(mounted);
  }

  #noteEnd(mounted: MountedRows): void {
    const last = mounted.rows().at(-1)?.getBoundingClientRect();
    const isBelow = !last || last.top > mounted.view().bottom;
    this.endHidden.value = !this.following.peek() &&
      (isBelow || !this.#isAtEnd());
  }

  #notePlace(mounted: MountedRows): void {
    const before = this.#place;
    if (this.following.peek()) {
      if (before.following) return;
      this.#place = { following: true };
    } else {
      const row = this.#pin ? undefined : mounted.firstVisible();
      if (!row) return;
      const { key } = row;
      const offset = Math.round(row.top);
      const isSame = !before.following && before.key === key &&
        before.offset === offset;
      if (isSame) return;
      this.#place = { following: false, key, offset };
    }
    this.#options.onPlace(this.#place);
  }

  /** True until the pinned row stays where it should be. */
  #alignPin(mounted: MountedRows): boolean {
    if (!this.#pin) return false;
    if (this.#pin.align(mounted)) return true;
    this.#pin = undefined;
    this.#captureAnchor();
    if (mounted.scroller.scrollTop >= -1 && this.#isAtEnd()) this.toEnd();
    return false;
  }

  #isAtEnd(): boolean {
    return this.#peekRange().to === this.#options.chunks.peek().length;
  }

  #peekRange(): ChunkRange {
    return untracked(() => this.range());
  }

  /** From following, "to the end" becomes the chunk that is the end now. */
  #leave(): void {
    const range = this.#peekRange();
    batch(() => {
      this.#setRange(range);
      this.following.value = false;
    });
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
    if (!this.#anchorsItself) this.#anchor = this.firstVisible();
  }
}
