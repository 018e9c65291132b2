import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";

interface MenuProps {
  label: string;
  /** Where it opens, seen from its button. */
  side: "above" | "below";
  align: "start" | "end";
  role: "menu" | "listbox" | "dialog";
  onClose: () => void;
  children: ComponentChildren;
}

/**
 * A small panel beside its button, which must be in the same `menu-anchor`.
 * Arrow keys walk through its buttons; Esc, Tab or a press elsewhere ends it.
 */
export function Menu(
  { label, side, align, role, onClose, children }: MenuProps,
) {
  const ref = useRef<HTMLDivElement>(null);

  useEffect(() => {
    const panel = ref.current;
    const first = panel?.querySelector<HTMLElement>("input") ??
      panel?.querySelector<HTMLElement>("[aria-checked=true]") ??
      panel?.querySelector<HTMLElement>("button");
    first?.focus();
    const onPress = (event: PointerEvent) => {
      const anchor = panel?.parentElement;
      if (!anchor?.contains(event.target as Node)) onClose();
    };
    document.addEventListener("pointerdown", onPress, true);
    return () => document.removeEventListener("pointerdown", onPress, true);
  }, []);

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "Escape") {
      event.stopPropagation();
      // A dialog around it would take the same key as meant for itself.
      event.preventDefault();
      refocus(ref.current);
      onClose();
    } else if (event.key === "Tab") onClose();
    else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      step(ref.current, event.key === "ArrowDown" ? 1 : -1);
    }
  };

  return (
    <div
      ref={ref}
      class="menu"
      data-side={side}
      data-align={align}
      role={role}
      aria-label={label}
      onKeyDown={onKeyDown}
    >
      {children}
    </div>
  );
}

function step(panel: HTMLElement | null, by: 1 | -1): void {
  const stops = [
    ...panel?.querySelectorAll<HTMLElement>(
      "button:not(:disabled), input",
    ) ?? [],
  ];
  const at = stops.indexOf(document.activeElement as HTMLElement);
  stops[(at + by + stops.length) % stops.length]?.focus();
}

function refocus(panel: HTMLElement | null): void {
  panel?.parentElement?.querySelector<HTMLElement>("button")?.focus();
}
