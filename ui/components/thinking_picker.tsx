interface ThinkingPickerProps {
  levels: readonly string[];
  current: string;
  onPick: (level: string) => void;
}

/** pi's levels; the agent refuses those its model does not have. */
export function ThinkingPicker(
  { levels, current, onPick }: ThinkingPickerProps,
) {
  return (
    <>
      {levels.map((level) => (
        <button
          key={level}
          type="button"
          role="menuitemradio"
          aria-checked={level === current}
          class="menu-item"
          onClick={() => onPick(level)}
        >
          <span class="thinking-dot" data-thinking={level} aria-hidden="true" />
          <b>{level}</b>
        </button>
      ))}
    </>
  );
}
