/**
 * The rows that exist as elements now, and where they are in the view.
 *
 * Changes nothing but the scroll position and the focus. All distances are
 * pixels from the top of the view.
 */

export interface RowPlace {
  readonly key: string;
  readonly top: number;
}

export class MountedRows {
  readonly scroller: HTMLElement;
  readonly #content: HTMLElement;

  constructor(scroller: HTMLElement, content: HTMLElement) {
    this.scroller = scroller;
    this.#content = content;
  }

  chunks(): HTMLElement[] {
    return [
      ...this.#content.querySelectorAll<HTMLElement>(":scope > [data-chunk]"),
    ];
  }

  rows(): HTMLElement[] {
    return this.chunks().flatMap((chunk) =>
      [...chunk.children] as HTMLElement[]
    );
  }

  has(key: string): boolean {
    return this.rows().some((row) => row.dataset.key === key);
  }

  /** Undefined if there is no such row now. */
  topOf(key: string): number | undefined {
    const row = this.rows().find((each) => each.dataset.key === key);
    return row && row.getBoundingClientRect().top - this.view().top;
  }

  view(): DOMRect {
    return this.scroller.getBoundingClientRect();
  }

  /** The first row of which something is in view. */
  firstVisible(): RowPlace | undefined {
    return this.#first((box, view) => box.bottom > view.top + 1);
  }

  /** The first row that begins at or below `top`. */
  firstBelow(top: number): RowPlace | undefined {
    return this.#first((box, view) => box.top - view.top >= top);
  }

  canScroll(): boolean {
    return this.scroller.scrollHeight > this.scroller.clientHeight + 1;
  }

  /** Focuses the row after or before the focused one, or the first in view. */
  focusRow(by: 1 | -1): void {
    const rows = this.rows();
    const focused = rows.findIndex((row) =>
      row.contains(document.activeElement)
    );
    const first = this.firstVisible()?.key;
    const start = rows.findIndex((row) => row.dataset.key === first);
    const target = focused < 0 ? rows[start] : rows[focused + by];
    target?.focus({ preventScroll: true });
    target?.scrollIntoView({ block: "nearest" });
  }

  /** Scrolls; false at either end, where there is nowhere to go. */
  moveBy(pixels: number): boolean {
    const before = this.scroller.scrollTop;
    this.scroller.scrollTop += pixels;
    return this.scroller.scrollTop !== before;
  }

  #first(
    matches: (box: DOMRect, view: DOMRect) => boolean,
  ): RowPlace | undefined {
    const view = this.view();
    for (const row of this.rows()) {
      const box = row.getBoundingClientRect();
      if (!row.dataset.key || !matches(box, view)) continue;
      return { key: row.dataset.key, top: box.top - view.top };
    }
    return undefined;
  }
}
