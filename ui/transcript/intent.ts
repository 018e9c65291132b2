/**
 * What a reader's hands say about scrolling: away from the end, or nothing.
 *
 * The transcript stops following only for one of these, never because a scroll
 * event had a suspicious time or size.
 */

/** Calls `onAway` when a person moves toward older messages. Returns the undo. */
export function watchIntent(
  scroller: HTMLElement,
  onAway: () => void,
): () => void {
  const stop = new AbortController();
  const options = { signal: stop.signal, passive: true };
  let touchY: number | undefined;
  let draggedFrom: number | undefined;

  scroller.addEventListener("wheel", (event) => {
    if (event.deltaY < 0 && !innerCanMoveUp(event.target, scroller)) onAway();
  }, options);
  scroller.addEventListener("touchstart", (event) => {
    touchY = event.touches[0]?.clientY;
  }, options);
  scroller.addEventListener("touchmove", (event) => {
    const y = event.touches[0]?.clientY;
    if (touchY === undefined || y === undefined) return;
    if (y > touchY + 4 && !innerCanMoveUp(event.target, scroller)) onAway();
  }, options);
  scroller.addEventListener("keydown", (event) => {
    if (isUpward(event) && !isTyping(event.target)) onAway();
  }, options);
  scroller.addEventListener("pointerdown", (event) => {
    // On the scrollbar the event is the scroller's own, right of its content.
    const isBar = event.target === scroller &&
      event.offsetX >= scroller.clientWidth;
    draggedFrom = isBar ? scroller.scrollTop : undefined;
  }, options);
  scroller.addEventListener("scroll", () => {
    if (draggedFrom === undefined || scroller.scrollTop >= draggedFrom) return;
    onAway();
  }, options);
  globalThis.addEventListener("pointerup", () => draggedFrom = undefined, {
    ...options,
  });
  document.addEventListener("selectionchange", () => {
    const selection = document.getSelection();
    if (!selection || selection.isCollapsed) return;
    if (scroller.contains(selection.anchorNode)) onAway();
  }, options);
  return () => stop.abort();
}

function isUpward(event: KeyboardEvent): boolean {
  if (event.ctrlKey || event.metaKey || event.altKey) return false;
  return event.key === "PageUp" || event.key === "Home" ||
    event.key === "ArrowUp" || (event.key === " " && event.shiftKey);
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement &&
    (target.isContentEditable ||
      /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));
}

/** A scroller inside that can still move up takes the wheel for itself. */
function innerCanMoveUp(
  target: EventTarget | null,
  scroller: HTMLElement,
): boolean {
  let element = target instanceof Element ? target : null;
  while (element && element !== scroller) {
    const canScroll = element.scrollHeight > element.clientHeight + 1 &&
      /auto|scroll/.test(getComputedStyle(element).overflowY);
    if (canScroll && element.scrollTop > 0) return true;
    element = element.parentElement;
  }
  return false;
}
