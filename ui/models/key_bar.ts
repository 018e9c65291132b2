/**
 * The keys that a phone's keyboard does not have: what each sends, and Ctrl and
 * Alt, which stick until the next key. Pure.
 */

export type StickyKey = "ctrl" | "alt";

export interface BarKey {
  /** As it is printed. */
  readonly label: string;
  readonly name: string;
  readonly sends: BarSends;
}

type BarSends =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "arrow"; readonly final: "A" | "B" | "C" | "D" }
  | { readonly kind: "sticky"; readonly key: StickyKey }
  | { readonly kind: "paste" };

const text = (label: string, name: string, sent = label): BarKey => ({
  label,
  name,
  sends: { kind: "text", text: sent },
});

const arrow = (
  label: string,
  name: string,
  final: "A" | "B" | "C" | "D",
): BarKey => ({ label, name, sends: { kind: "arrow", final } });

/** From left to right; what is used most needs no scrolling. */
export const BAR_KEYS: readonly BarKey[] = [
  text("esc", "Escape", "\x1b"),
  text("tab", "Tab", "\t"),
  { label: "ctrl", name: "Control", sends: { kind: "sticky", key: "ctrl" } },
  { label: "alt", name: "Alt", sends: { kind: "sticky", key: "alt" } },
  arrow("↑", "Up", "A"),
  arrow("↓", "Down", "B"),
  arrow("←", "Left", "D"),
  arrow("→", "Right", "C"),
  text("|", "Pipe"),
  text("~", "Tilde"),
  text("-", "Minus"),
  text("/", "Slash"),
  { label: "paste", name: "Paste", sends: { kind: "paste" } },
];

/** A key with what sticks, as a terminal's keyboard would send it. */
export function withSticky(
  typed: string,
  sticky: ReadonlySet<StickyKey>,
): string {
  const held = sticky.has("ctrl") ? controlOf(typed) : typed;
  return sticky.has("alt") ? `\x1b${held}` : held;
}

export function arrowKey(
  final: "A" | "B" | "C" | "D",
  sticky: ReadonlySet<StickyKey>,
  isApplication: boolean,
): string {
  const modifier = 1 + (sticky.has("alt") ? 2 : 0) +
    (sticky.has("ctrl") ? 4 : 0);
  if (modifier > 1) return `\x1b[1;${modifier}${final}`;
  return isApplication ? `\x1bO${final}` : `\x1b[${final}`;
}

/** Ctrl with a letter or one of `@[\]^_?`; anything else as it is. */
function controlOf(typed: string): string {
  if (typed === "?") return "\x7f";
  if (typed === " ") return "\0";
  const code = typed.toUpperCase().charCodeAt(0);
  return typed.length === 1 && code >= 0x40 && code <= 0x5f
    ? String.fromCharCode(code - 0x40)
    : typed;
}
