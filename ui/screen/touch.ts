/**
 * Fingers on a terminal: one or two scroll, two also change the size of the
 * text. xterm.js 6.0 knows wheels only, so a finger is told to it as one.
 */

export interface TouchHands {
  readonly fontSize: () => number;
  readonly setFontSize: (px: number) => void;
}

/** Less is the trembling of a thumb. */
const PINCH_FROM_PX = 12;

/** Listens on `element` until the returned function is called. */
export function listenToTouch(
  element: HTMLElement,
  { fontSize, setFontSize }: TouchHands,
): () => void {
  let last = 0;
  let pinch: { readonly apart: number; readonly px: number } | undefined;
  let pinches = false;

  const onStart = ({ touches }: TouchEvent) => {
    last = middleOf(touches);
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
    const y = middleOf(touches);
    wheel(event, last - y);
    last = y;
  };
  element.addEventListener("touchstart", onStart, { passive: true });
  element.addEventListener("touchmove", onMove, { passive: false });
  return () => {
    element.removeEventListener("touchstart", onStart);
    element.removeEventListener("touchmove", onMove);
  };
}

function wheel({ target, touches }: TouchEvent, deltaY: number): void {
  const [{ clientX, clientY }] = touches as unknown as [Touch];
  target?.dispatchEvent(
    new WheelEvent("wheel", {
      deltaY,
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
