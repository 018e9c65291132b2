/** The button that sends, and says how: Send, Steer or Follow up. */

import { useRef, useState } from "preact/hooks";
import { Icon } from "../components/icon.tsx";
import { Menu } from "../components/menu.tsx";
import type { ComposerModel, SendMode } from "../models/composer.ts";

interface SendButtonProps {
  composer: ComposerModel;
  isWorking: boolean;
  /** A finger, or no room for words: the choice is behind a long press. */
  small: boolean;
  onSend: (mode: SendMode) => void;
}

const MODES: readonly { mode: SendMode; label: string; detail: string }[] = [
  { mode: "steer", label: "Steer", detail: "after the running tool" },
  { mode: "followUp", label: "Follow up", detail: "when it is done" },
];

/** A press this long opens the choice instead of sending. */
const LONG_PRESS_MS = 500;

export function SendButton(
  { composer, isWorking, small, onSend }: SendButtonProps,
) {
  const [choosing, setChoosing] = useState(false);
  const press = useRef<ReturnType<typeof setTimeout>>(undefined);
  const mode = composer.mode.value;
  const label = !isWorking ? "Send" : mode === "steer" ? "Steer" : "Follow up";
  const hold = () => {
    if (!isWorking) return;
    press.current = setTimeout(() => setChoosing(true), LONG_PRESS_MS);
  };
  const release = () => clearTimeout(press.current);
  return (
    <span class="menu-anchor send">
      <button
        type="button"
        class="button"
        data-kind="primary"
        aria-label={label}
        onPointerDown={hold}
        onPointerUp={release}
        onPointerLeave={release}
        onClick={() => {
          if (!choosing) onSend(mode);
        }}
      >
        {small ? <Icon name="arrow-up" /> : (
          <>
            {label}
            <Icon name="corner-down-left" size={14} />
          </>
        )}
      </button>
      {isWorking && !small && (
        <button
          type="button"
          class="button"
          data-kind="primary"
          data-part="more"
          aria-label="How to send"
          aria-haspopup="menu"
          aria-expanded={choosing}
          onClick={() => setChoosing(true)}
        >
          <Icon name="chevron-down" size={12} />
        </button>
      )}
      {choosing && (
        <Menu
          label="How to send"
          side="above"
          align="end"
          role="menu"
          onClose={() => setChoosing(false)}
        >
          {MODES.map((choice) => (
            <button
              key={choice.mode}
              type="button"
              role="menuitemradio"
              aria-checked={mode === choice.mode}
              class="menu-item"
              onClick={() => {
                composer.mode.value = choice.mode;
                setChoosing(false);
              }}
            >
              <b>{choice.label}</b>
              <span>{choice.detail}</span>
            </button>
          ))}
        </Menu>
      )}
    </span>
  );
}
