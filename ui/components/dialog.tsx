import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";

interface DialogProps {
  label: string;
  /** Which of the dialogs, for the style sheet. */
  kind: "palette" | "sheet" | "spawn";
  onClose: () => void;
  /** What Ctrl or ⌘ with Enter does; it closes if absent. */
  onSubmit?: () => void;
  children: ComponentChildren;
}

/**
 * A native modal dialog: it keeps focus inside, and Esc or a click ends it.
 * Ctrl or ⌘ with Enter ends it too, where everything in it takes effect at once.
 */
export function Dialog(
  { label, kind, onClose, onSubmit = onClose, children }: DialogProps,
) {
  const ref = useRef<HTMLDialogElement>(null);

  useEffect(() => {
    const dialog = ref.current;
    dialog?.showModal();
    dialog?.querySelector<HTMLElement>("input:not([type=radio])")?.focus();
    return () => dialog?.close();
  }, []);

  const onKeyDown = (event: KeyboardEvent) => {
    const isControl = event.ctrlKey || event.metaKey;
    if (event.key !== "Enter" || !isControl || event.defaultPrevented) return;
    event.preventDefault();
    onSubmit();
  };

  return (
    // Closing is the owner's decision: the browser's own would leave the
    // history one entry ahead.
    <dialog
      ref={ref}
      class="dialog"
      data-kind={kind}
      aria-label={label}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onKeyDown={onKeyDown}
      onMouseDown={(event) => {
        if (event.target === event.currentTarget) onClose();
      }}
    >
      <div class="dialog-body">{children}</div>
    </dialog>
  );
}
