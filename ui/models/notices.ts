/** The one short message at the foot of the page: what just failed, and why. */

import { createModel, signal } from "@preact/signals";

/** Long enough to read two lines; a later one takes its place at once. */
const SHOWN_MS = 6_000;

export type NoticesModel = InstanceType<typeof NoticesModel>;

export const NoticesModel = createModel(
  (after: (ms: number, run: () => void) => () => void = browserAfter) => {
    const text = signal<string | undefined>(undefined);
    let cancel: (() => void) | undefined;

    const hide = () => {
      cancel?.();
      text.value = undefined;
    };
    return {
      text,
      say(sentence: string): void {
        cancel?.();
        text.value = sentence;
        cancel = after(SHOWN_MS, hide);
      },
      hide,
    };
  },
);

function browserAfter(ms: number, run: () => void): () => void {
  const timer = setTimeout(run, ms);
  return () => clearTimeout(timer);
}
