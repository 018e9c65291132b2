/** How this browser wants its terminals: remembered here, never on the server. */

import { createModel, signal } from "@preact/signals";
import { readStored, type Storage } from "../storage.ts";
import type { TerminalLook } from "./terminal_screen.ts";

const KEY = "terminal";

const FIRST: TerminalLook = {
  fontSize: 12.5,
  copyOnRelease: false,
  screenReader: false,
  rawKeys: false,
};

/** Smaller cannot be read, larger leaves no line whole. */
export const FONT_MIN_PX = 7;
export const FONT_MAX_PX = 28;

/** Sizes between two of these look the same. */
const FONT_STEP_PX = 0.5;

export type TerminalLookModel = InstanceType<typeof TerminalLookModel>;

export const TerminalLookModel = createModel((storage: Storage) => {
  const look = signal<TerminalLook>({
    ...FIRST,
    ...readStored(storage, KEY, isPartial),
  });
  const change = (wish: Partial<TerminalLook>) => {
    look.value = { ...look.peek(), ...wish };
    storage.set(KEY, JSON.stringify(look.peek()));
  };
  const setFontSize = (px: number) => {
    const stepped = Math.round(px / FONT_STEP_PX) * FONT_STEP_PX;
    const fontSize = Math.min(Math.max(stepped, FONT_MIN_PX), FONT_MAX_PX);
    if (fontSize !== look.peek().fontSize) change({ fontSize });
  };
  return {
    look,
    setFontSize,
    zoom: (by: 1 | -1) => setFontSize(look.peek().fontSize + by),
    resetFontSize: () => change({ fontSize: FIRST.fontSize }),
    setCopyOnRelease: (copyOnRelease: boolean) => change({ copyOnRelease }),
    setScreenReader: (screenReader: boolean) => change({ screenReader }),
    setRawKeys: (rawKeys: boolean) => change({ rawKeys }),
  };
});

function isPartial(value: unknown): value is Partial<TerminalLook> {
  const { fontSize = FIRST.fontSize } = (value ?? {}) as Partial<TerminalLook>;
  return typeof value === "object" && typeof fontSize === "number" &&
    fontSize >= FONT_MIN_PX && fontSize <= FONT_MAX_PX;
}
