/** The system's clipboard, for what is selected and what a program copies. */

import type { IClipboardProvider } from "@xterm/addon-clipboard";

/** False where the browser does not let the page write. */
export async function copyText(text: string): Promise<boolean> {
  if (text === "") return false;
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // Plain HTTP has no clipboard, and some ask for a press of a key first.
    return copyByCommand(text);
  }
}

function copyByCommand(text: string): boolean {
  let done = false;
  const onCopy = (event: ClipboardEvent) => {
    event.clipboardData?.setData("text/plain", text);
    event.preventDefault();
    event.stopPropagation();
    done = true;
  };
  document.addEventListener("copy", onCopy, true);
  document.execCommand("copy");
  document.removeEventListener("copy", onCopy, true);
  return done;
}

/**
 * OSC 52, by which a program copies. It may write only: what a person copied
 * elsewhere is not for whatever runs in a terminal to read.
 */
export const writeOnlyClipboard: IClipboardProvider = {
  readText: () => "",
  async writeText(_selection, text) {
    await copyText(text);
  },
};
