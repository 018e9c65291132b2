import { useEffect, useRef } from "preact/hooks";
import type { Suggestion } from "../models/completion.ts";

interface SuggestionsProps {
  id: string;
  suggestions: readonly Suggestion[];
  active: number;
  onTake: (suggestion: Suggestion) => void;
}

/** The list above the composer; the field keeps the focus. */
export function Suggestions(
  { id, suggestions, active, onTake }: SuggestionsProps,
) {
  const list = useRef<HTMLUListElement>(null);
  useEffect(() => {
    list.current?.children[active]?.scrollIntoView({ block: "nearest" });
  }, [active]);
  return (
    <ul
      ref={list}
      class="suggestions"
      id={id}
      role="listbox"
      aria-label="Suggestions"
    >
      {suggestions.map((suggestion, i) => (
        <li
          key={suggestion.key}
          id={`${id}-${i}`}
          role="option"
          aria-selected={i === active}
          // Not on click: by then the field has lost the focus.
          onPointerDown={(event) => {
            event.preventDefault();
            onTake(suggestion);
          }}
        >
          <span class="suggestion-label">{suggestion.label}</span>
          <span class="suggestion-detail">{suggestion.detail}</span>
        </li>
      ))}
    </ul>
  );
}
