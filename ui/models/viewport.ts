/** Which of the three layouts the window has room for, and what points at it. */

import { createModel, effect, signal } from "@preact/signals";

export type Layout = "desktop" | "tablet" | "phone";

const DESKTOP = "(min-width: 1200px)";
const TABLET = "(min-width: 700px)";
const COARSE = "(pointer: coarse)";

/** A glance at another tab is no leaving. */
const ASLEEP_AFTER_MS = 5_000;

export type ViewportModel = InstanceType<typeof ViewportModel>;

export const ViewportModel = createModel(() => {
  const layout = signal<Layout>(readLayout());
  /** A finger rather than a mouse: Enter is then a new line. */
  const touch = signal(matchMedia(COARSE).matches);
  const online = signal(navigator.onLine);
  /** False a while after the page went out of sight. */
  const awake = signal(true);

  effect(() => {
    const stop = new AbortController();
    const { signal } = stop;
    for (const query of [DESKTOP, TABLET]) {
      matchMedia(query).addEventListener("change", () => {
        layout.value = readLayout();
      }, { signal });
    }
    matchMedia(COARSE).addEventListener("change", (event) => {
      touch.value = event.matches;
    }, { signal });
    const setOnline = () => online.value = navigator.onLine;
    globalThis.addEventListener("online", setOnline, { signal });
    globalThis.addEventListener("offline", setOnline, { signal });
    let sleep: ReturnType<typeof setTimeout> | undefined;
    document.addEventListener("visibilitychange", () => {
      clearTimeout(sleep);
      if (document.visibilityState === "visible") awake.value = true;
      else sleep = setTimeout(() => awake.value = false, ASLEEP_AFTER_MS);
    }, { signal });
    // iOS shrinks only the visual viewport for its keyboard.
    const { visualViewport } = globalThis;
    visualViewport?.addEventListener("resize", () => {
      const height = Math.round(visualViewport.height);
      document.documentElement.style.setProperty("--vvh", `${height}px`);
    }, { signal });
    return () => stop.abort();
  });

  return { layout, touch, online, awake };
});

function readLayout(): Layout {
  if (matchMedia(DESKTOP).matches) return "desktop";
  return matchMedia(TABLET).matches ? "tablet" : "phone";
}
