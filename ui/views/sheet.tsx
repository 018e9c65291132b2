/** The frame of a sheet: its title, and the way to close it. */

import type { ComponentChildren } from "preact";
import { Dialog } from "../components/dialog.tsx";
import { IconButton } from "../components/icon_button.tsx";
import type { Layer } from "../models/navigation.ts";
import type { Page } from "../page.ts";

export interface SheetProps {
  page: Page;
}

interface FrameProps extends SheetProps {
  layer: Layer;
  title: string;
  /** Nothing in it takes the focus: keys scroll the sheet itself. */
  isOnlyText?: boolean;
  children: ComponentChildren;
}

export function Sheet(
  { page, layer, title, isOnlyText = false, children }: FrameProps,
) {
  const close = () => page.navigation.close(layer);
  return (
    <Dialog label={title} kind="sheet" onClose={close}>
      <header class="sheet-head">
        <h2>{title}</h2>
        <IconButton icon="x" label="Close" onClick={close} />
      </header>
      {isOnlyText
        ? (
          <div class="sheet-body" role="group" aria-label={title} tabIndex={0}>
            {children}
          </div>
        )
        : <div class="sheet-body">{children}</div>}
    </Dialog>
  );
}
