/** A terminal's screen and scrollback as text that fingers can select. */

import { useLayoutEffect, useRef } from "preact/hooks";
import { Dialog } from "../components/dialog.tsx";
import { IconButton } from "../components/icon_button.tsx";

interface TerminalTextProps {
  text: string;
  onClose: () => void;
}

export function TerminalText({ text, onClose }: TerminalTextProps) {
  const body = useRef<HTMLPreElement>(null);
  // What was printed last is what one looks for.
  useLayoutEffect(() => body.current?.scrollTo(0, body.current.scrollHeight));
  return (
    <Dialog label="Text of the terminal" kind="sheet" onClose={onClose}>
      <header class="sheet-head">
        <h2>Text of the terminal</h2>
        <IconButton icon="x" label="Close" onClick={onClose} />
      </header>
      {/* It scrolls, so the keyboard must be able to reach it. */}
      <pre
        ref={body}
        class="terminal-text"
        tabIndex={0}
        aria-label="Text of the terminal"
      >{text}</pre>
    </Dialog>
  );
}
