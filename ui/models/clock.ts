/** The time on screen: ticks once a second while anybody can see it. */

import { createModel, effect, signal } from "@preact/signals";

export interface TickPort {
  now(): number;
  /** Calls `tick` every second while the page is visible. Returns the undo. */
  onTick(tick: () => void): () => void;
}

export type ClockModel = InstanceType<typeof ClockModel>;

export const ClockModel = createModel((port: TickPort) => {
  const now = signal(port.now());
  effect(() => port.onTick(() => now.value = port.now()));
  return { now };
});

export const browserTicks: TickPort = {
  now: () => Date.now(),
  onTick(tick) {
    const timer = setInterval(() => {
      if (document.visibilityState === "visible") tick();
    }, 1000);
    document.addEventListener("visibilitychange", tick);
    return () => {
      clearInterval(timer);
      document.removeEventListener("visibilitychange", tick);
    };
  },
};
