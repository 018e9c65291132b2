/**
 * Keys: how a shortcut is written down, matched and shown. Pure.
 *
 * Letters with Alt are matched by where the key lies, because macOS types
 * symbols with it; everything else by what it types.
 */

/** `mod` is ⌘ on a Mac and Ctrl elsewhere. */
export interface Shortcut {
  /** A bare letter that must be pressed just before, as in `g s`. */
  readonly after?: string;
  readonly mods: readonly ("mod" | "ctrl" | "alt" | "shift")[];
  /** As `KeyboardEvent.key`; single letters in lower case. */
  readonly key: string;
  /** Works while a text field has the focus. */
  readonly inFields: boolean;
}

/** What of a `KeyboardEvent` is looked at. */
export interface Pressed {
  readonly key: string;
  readonly code: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
  readonly shiftKey: boolean;
}

/**
 * Reads `mod+k`, `alt+o`, `?`, and `g s`, one letter after another. Those with mod, ctrl or alt work everywhere;
 * bare letters only where nobody types.
 */
export function shortcut(text: string): Shortcut {
  const [, after, rest = text] = /^(\S) (.+)$/.exec(text) ?? [];
  const parts = rest.split("+");
  const key = parts.pop() || "+";
  const mods = parts as Shortcut["mods"];
  const inFields = mods.some((mod) => mod !== "shift");
  return { ...(after ? { after } : {}), mods, key, inFields };
}

/** Signs that Shift or Alt turn into others: with either, their place counts. */
const PLACES: Readonly<Record<string, string>> = {
  "`": "Backquote",
  ".": "Period",
};

export function matches(
  { mods, key }: Shortcut,
  pressed: Pressed,
  isMac: boolean,
): boolean {
  const has = (mod: Shortcut["mods"][number]) => mods.includes(mod);
  const wantsCtrl = has("ctrl") || (has("mod") && !isMac);
  const wantsMeta = has("mod") && isMac;
  if (pressed.ctrlKey !== wantsCtrl || pressed.metaKey !== wantsMeta) {
    return false;
  }
  if (pressed.altKey !== has("alt")) return false;
  // What a bare sign needs Shift for differs by keyboard: `?`, `/`, `[`.
  const isLetter = /^[a-z]$/.test(key);
  if ((isLetter || mods.length > 0) && pressed.shiftKey !== has("shift")) {
    return false;
  }
  if (has("alt") && isLetter) {
    return pressed.code === `Key${key.toUpperCase()}`;
  }
  if (mods.length > 0 && PLACES[key] === pressed.code) return true;
  return pressed.key === key || pressed.key.toLowerCase() === key;
}

const SIGNS: Record<string, string> = {
  Enter: "↵",
  Escape: "Esc",
  ArrowUp: "↑",
  ArrowDown: "↓",
  ArrowLeft: "←",
  ArrowRight: "→",
};

/** As it is printed on the keyboard in front of the person. */
export function sayKeys(text: string, isMac: boolean): string {
  const { after, mods, key } = shortcut(text);
  const names = isMac
    ? { mod: "⌘", ctrl: "⌃", alt: "⌥", shift: "⇧" }
    : { mod: "Ctrl", ctrl: "Ctrl", alt: "Alt", shift: "Shift" };
  const sign = SIGNS[key] ?? (key.length === 1 ? key.toUpperCase() : key);
  const pressed = [...mods.map((mod) => names[mod]), sign]
    .join(isMac ? "" : " ");
  return after ? `${after.toUpperCase()} ${pressed}` : pressed;
}

export const IS_MAC = typeof navigator !== "undefined" &&
  /Mac|iPhone|iPad/.test(navigator.platform);

/** Whether the focus is in a terminal, whose program gets the keys. */
export function isTerminal(element: Element | null): boolean {
  return element?.closest(".xterm") != null;
}

/** Whether typing goes into what has the focus. */
export function isField(element: Element | null): boolean {
  return element instanceof HTMLElement &&
    (element.isContentEditable ||
      element.matches("input, textarea, select"));
}
