/** The bar that searches a terminal's scrollback. Enter goes to the one before. */

import type { ReadonlySignal } from "@preact/signals";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { Icon } from "../components/icon.tsx";
import { IconButton } from "../components/icon_button.tsx";
import type { Found, Screen } from "../models/terminal_screen.ts";

interface TerminalFindProps {
  screen: Screen;
  found: ReadonlySignal<Found | undefined>;
  onClose: () => void;
}

export function TerminalFind({ screen, found, onClose }: TerminalFindProps) {
  const field = useRef<HTMLInputElement>(null);
  const [words, setWords] = useState("");
  // At once: the next key is meant for it.
  useLayoutEffect(() => field.current?.focus(), []);

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.isComposing) return;
    if (event.key === "Enter") {
      screen.find(words, event.shiftKey ? "next" : "previous");
    } else if (event.key === "Escape") onClose();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div class="terminal-find" role="search">
      <Icon name="search" size={14} />
      <input
        ref={field}
        type="text"
        aria-label="Find in the terminal"
        placeholder="Find in the terminal"
        autocomplete="off"
        spellcheck={false}
        value={words}
        onInput={({ currentTarget }) => {
          setWords(currentTarget.value);
          screen.find(currentTarget.value, "previous");
        }}
        onKeyDown={onKeyDown}
      />
      <span class="terminal-found" role="status">
        {sayFound(words, found.value)}
      </span>
      <IconButton
        icon="arrow-up"
        label="Previous match"
        size={14}
        onClick={() => screen.find(words, "previous")}
      />
      <IconButton
        icon="arrow-down"
        label="Next match"
        size={14}
        onClick={() => screen.find(words, "next")}
      />
      <IconButton icon="x" label="Close find" size={14} onClick={onClose} />
    </div>
  );
}

function sayFound(words: string, found: Found | undefined): string {
  if (words === "" || !found) return "";
  if (found.of === 0) return "Nothing found";
  return found.at > 0 ? `${found.at} of ${found.of}` : `${found.of}`;
}
