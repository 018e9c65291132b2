/** Puts a text on the clipboard and says so for a moment. */

import { useEffect, useState } from "preact/hooks";

/** Long enough to read a word. */
const SAY_MS = 1_500;

interface CopyButtonProps {
  /** Asked when pressed: the text may still be growing. */
  text: () => string;
  label: string;
}

export function CopyButton({ text, label }: CopyButtonProps) {
  const [state, setState] = useState<"ready" | "copied" | "failed">("ready");

  useEffect(() => {
    if (state === "ready") return;
    const timer = setTimeout(() => setState("ready"), SAY_MS);
    return () => clearTimeout(timer);
  }, [state]);

  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text());
      setState("copied");
    } catch {
      // Not a secure context, or refused by the person: selecting still works.
      setState("failed");
    }
  };
  const words = { ready: "Copy", copied: "Copied", failed: "Cannot copy" };
  return (
    <button type="button" class="tx-action" aria-label={label} onClick={copy}>
      {words[state]}
    </button>
  );
}
