/** What else can be done with the thing whose header it stands in. */

import type { ComponentChildren } from "preact";
import { IconButton } from "./icon_button.tsx";
import { Menu } from "./menu.tsx";

interface MoreMenuProps {
  /** Names what it is about. */
  label: string;
  isOpen: boolean;
  /** Of its button's icon, in px. */
  size: 16 | 20;
  onOpen: () => void;
  onClose: () => void;
  children: ComponentChildren;
}

export function MoreMenu(
  { label, isOpen, size, onOpen, onClose, children }: MoreMenuProps,
) {
  return (
    <span class="menu-anchor">
      <IconButton
        icon="ellipsis"
        label="More"
        size={size}
        expanded={isOpen}
        onClick={onOpen}
      />
      {isOpen && (
        <Menu
          label={label}
          side="below"
          align="end"
          role="menu"
          onClose={onClose}
        >
          {children}
        </Menu>
      )}
    </span>
  );
}

interface MoreItemProps {
  label: string;
  isDangerous?: boolean | undefined;
  isDisabled?: boolean;
  onPress: () => void;
}

export function MoreItem(
  { label, isDangerous, isDisabled, onPress }: MoreItemProps,
) {
  return (
    <button
      type="button"
      role="menuitem"
      class="menu-item"
      data-kind={isDangerous ? "danger" : undefined}
      disabled={isDisabled}
      onClick={onPress}
    >
      <b>{label}</b>
    </button>
  );
}
