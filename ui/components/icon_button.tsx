import { Icon, type IconName } from "./icon.tsx";

interface IconButtonProps {
  icon: IconName;
  /** What it does, as the accessible name and the tooltip. */
  label: string;
  /** The key that does the same, shown in the tooltip. */
  keys?: string | undefined;
  pressed?: boolean | undefined;
  expanded?: boolean | undefined;
  size?: 12 | 14 | 16 | 20;
  /** Names it for the style sheet. */
  part?: string | undefined;
  onClick: () => void;
}

/** A button that is only a drawing, with its name for everybody else. */
export function IconButton(
  { icon, label, keys, pressed, expanded, size = 16, part, onClick }:
    IconButtonProps,
) {
  return (
    <button
      type="button"
      class="icon-button"
      data-part={part}
      aria-label={label}
      aria-pressed={pressed}
      aria-expanded={expanded}
      title={keys ? `${label} (${keys})` : label}
      onClick={onClick}
    >
      <Icon name={icon} size={size} />
    </button>
  );
}
