/**
 * Fingers on a terminal: one or two scroll, two also change the size of the
 * text. xterm.js 6.0 knows wheels only.
 */

import type { Terminal } from "@xterm/xterm";

export interface TouchHands {
  readonly fontSize: () => number;
  readonly setFontSize: (px: number) => void;
  readonly scroll: (lines: number, event: TouchEvent) => void;
  /** Height of a line. */
  readonly linePx: () => number;
}

/** Less is the trembling of a thumb. */
const PINCH_FROM_PX = 12;

/** Listens on `element` until the returned function is called. */
export function listenToTouch(
  element: HTMLElement,
  { fontSize, setFontSize, scroll, linePx }: TouchHands,
): () => void {
  /** Where the fingers were when the last whole line was scrolled. */
  let lastY = 0;
  let pinch: { readonly apart: number; readonly px: number } | undefined;
  let pinches = false;

  const onStart = ({ touches }: TouchEvent) => {
    lastY = middleOf(touches);
    pinches = false;
    pinch = touches.length === 2
      ? { apart: apart(touches), px: fontSize() }
      : undefined;
  };
  const onMove = (event: TouchEvent) => {
    const { touches } = event;
    event.preventDefault();
    if (pinch && touches.length === 2) {
      const now = apart(touches);
      pinches ||= Math.abs(now - pinch.apart) > PINCH_FROM_PX;
      if (pinches) return setFontSize(pinch.px * now / pinch.apart);
    }
    const lines = Math.trunc((lastY - middleOf(touches)) / linePx());
    if (lines === 0) return;
    lastY -= lines * linePx();
    scroll(lines, event);
  };
  element.addEventListener("touchstart", onStart, { passive: true });
  element.addEventListener("touchmove", onMove, { passive: false });
  return () => {
    element.removeEventListener("touchstart", onStart);
    element.removeEventListener("touchmove", onMove);
  };
}

/**
 * Scrolls back and forth in what was printed; where there is no such thing, or
 * the program wants the wheel itself, it is told as a wheel.
 */
export function scrollBy(
  terminal: Terminal,
  lines: number,
  { target, touches }: TouchEvent,
): void {
  const isPrinted = terminal.buffer.active.type === "normal" &&
    terminal.modes.mouseTrackingMode === "none";
  if (isPrinted) return terminal.scrollLines(lines);
  const [{ clientX, clientY }] = touches as unknown as [Touch];
  target?.dispatchEvent(
    new WheelEvent("wheel", {
      deltaY: lines,
      deltaMode: WheelEvent.DOM_DELTA_LINE,
      clientX,
      clientY,
      bubbles: true,
      cancelable: true,
    }),
  );
}

function middleOf(touches: TouchList): number {
  const all = [...touches];
  return all.reduce((sum, { clientY }) => sum + clientY, 0) / all.length;
}

function apart(touches: TouchList): number {
  const [a, b] = touches as unknown as [Touch, Touch];
  return Math.hypot(a.clientX - b.clientX, a.clientY - b.clientY);
}
