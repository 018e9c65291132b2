/** The bar that searches the transcript. Enter goes to the one before. */

import { useEffect, useRef } from "preact/hooks";
import type { Find } from "./find.ts";
import { Icon } from "./icon.tsx";

interface FindBarProps {
  find: Find;
  onClose: () => void;
}

export function FindBar({ find, onClose }: FindBarProps) {
  const input = useRef<HTMLInputElement>(null);
  const isOpen = find.open.value;

  useEffect(() => {
    if (isOpen) input.current?.select();
  }, [isOpen]);

  if (!isOpen) return null;
  const count = find.hits.value.length;
  const words = !find.query.value.trim()
    ? ""
    : count === 0
    ? "Nothing found"
    : `${find.index.value + 1} of ${count}`;
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "Enter") find.step(event.shiftKey ? 1 : -1);
    else if (event.key === "Escape") onClose();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div class="tx-find" role="search">
      <Icon name="search" />
      <input
        ref={input}
        type="text"
        aria-label="Find in transcript"
        placeholder="Find in transcript"
        value={find.query.value}
        onInput={(event) => find.search(event.currentTarget.value)}
        onKeyDown={onKeyDown}
      />
      <span class="tx-find-count" role="status">{words}</span>
      <button
        type="button"
        class="tx-action"
        aria-label="Previous match"
        onClick={() => find.step(-1)}
      >
        ↑
      </button>
      <button
        type="button"
        class="tx-action"
        aria-label="Next match"
        onClick={() => find.step(1)}
      >
        ↓
      </button>
      <button
        type="button"
        class="tx-action"
        aria-label="Close find"
        onClick={onClose}
      >
        <Icon name="x" />
      </button>
    </div>
  );
}
