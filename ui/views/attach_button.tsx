/** The way to attach files: one button, and on a phone the camera as well. */

import type { RefObject } from "preact";
import { useRef, useState } from "preact/hooks";
import { IconButton } from "../components/icon_button.tsx";
import { Menu } from "../components/menu.tsx";
import { IS_MAC, sayKeys } from "../keys.ts";
import type { ComposerModel } from "../models/composer.ts";

interface AttachButtonProps {
  composer: ComposerModel;
  /** Clicked by whoever wants files chosen. */
  picker: RefObject<HTMLInputElement | null>;
  touch: boolean;
}

export function AttachButton({ composer, picker, touch }: AttachButtonProps) {
  const camera = useRef<HTMLInputElement>(null);
  const [choosing, setChoosing] = useState(false);
  const take = (input: HTMLInputElement) => {
    const files = [...input.files ?? []];
    // So that the same file can be chosen once more.
    input.value = "";
    composer.attachments.add(files).then(composer.save);
  };
  const choose = (input: HTMLInputElement | null) => {
    setChoosing(false);
    input?.click();
  };
  return (
    <span class="menu-anchor">
      <IconButton
        icon="paperclip"
        label="Attach files"
        keys={sayKeys("alt+a", IS_MAC)}
        expanded={touch ? choosing : undefined}
        onClick={() => touch ? setChoosing(true) : choose(picker.current)}
      />
      <input
        ref={picker}
        type="file"
        multiple
        hidden
        aria-hidden="true"
        onChange={({ currentTarget }) => take(currentTarget)}
      />
      <input
        ref={camera}
        type="file"
        accept="image/*"
        capture="environment"
        hidden
        aria-hidden="true"
        onChange={({ currentTarget }) => take(currentTarget)}
      />
      {choosing && (
        <Menu
          label="Attach"
          side="above"
          align="start"
          role="menu"
          onClose={() => setChoosing(false)}
        >
          <button
            type="button"
            role="menuitem"
            class="menu-item"
            onClick={() => choose(camera.current)}
          >
            <b>Take a picture</b>
          </button>
          <button
            type="button"
            role="menuitem"
            class="menu-item"
            onClick={() => choose(picker.current)}
          >
            <b>Choose files</b>
          </button>
        </Menu>
      )}
    </span>
  );
}
