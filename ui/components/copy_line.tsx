import { useState } from "preact/hooks";
import { IconButton } from "./icon_button.tsx";

interface CopyLineProps {
  text: string;
}

/** A command or link to be copied as it stands. */
export function CopyLine({ text }: CopyLineProps) {
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      setCopied(true);
    } catch {
      // Plain HTTP has no clipboard; the text can still be selected.
    }
  };
  return (
    <div class="copy-line">
      <code>{text}</code>
      <IconButton
        icon={copied ? "check" : "copy"}
        label={copied ? "Copied" : "Copy"}
        size={14}
        onClick={copy}
      />
    </div>
  );
}
