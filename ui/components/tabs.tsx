/** Tabs above one panel, of which the arrow keys choose another. */

import { useRef } from "preact/hooks";

interface TabsProps<T extends string> {
  label: string;
  tabs: readonly Tab<T>[];
  open: T;
  /** Id of the panel. Its `aria-labelledby` is `tab-` and the open one. */
  panel: string;
  onOpen: (name: T) => void;
}

interface Tab<T extends string> {
  readonly name: T;
  readonly label: string;
  readonly count?: number | undefined;
}

export function Tabs<T extends string>(
  { label, tabs, open, panel, onOpen }: TabsProps<T>,
) {
  const list = useRef<HTMLDivElement>(null);
  const step = (by: 1 | -1) => {
    const at = tabs.findIndex(({ name }) => name === open) + by + tabs.length;
    const next = tabs[at % tabs.length];
    if (!next) return;
    onOpen(next.name);
    list.current?.querySelector<HTMLElement>(`#tab-${next.name}`)?.focus();
  };
  return (
    <div
      ref={list}
      class="tabs-list"
      role="tablist"
      aria-label={label}
      onKeyDown={(event) => {
        if (event.key === "ArrowRight") step(1);
        if (event.key === "ArrowLeft") step(-1);
      }}
    >
      {tabs.map(({ name, label, count = 0 }) => (
        <button
          key={name}
          type="button"
          role="tab"
          id={`tab-${name}`}
          aria-selected={open === name}
          aria-controls={panel}
          tabIndex={open === name ? 0 : -1}
          onClick={() => onOpen(name)}
        >
          {label}
          {count > 0 && <span class="number faint">{count}</span>}
        </button>
      ))}
    </div>
  );
}
