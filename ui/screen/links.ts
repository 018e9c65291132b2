/**
 * Addresses in a terminal: opened by a click with Ctrl or ⌘, so that a plain
 * click still selects.
 */

import type { ILinkHandler } from "@xterm/xterm";

/** Whatever else a program calls a link is left alone. */
const OPENED = /^https?:\/\//i;

export function followLink(event: MouseEvent, address: string): void {
  if (!event.ctrlKey && !event.metaKey) return;
  if (OPENED.test(address)) open(address, "_blank", "noopener,noreferrer");
}

/** For links whose words are not their address (OSC 8): the address is shown. */
export function linkHandler(host: HTMLElement): ILinkHandler {
  return {
    activate: followLink,
    hover: (_event, address) => host.title = `${address} (Ctrl and click)`,
    leave: () => host.removeAttribute("title"),
  };
}
