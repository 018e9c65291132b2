/** What a viewer's screen shows: a real terminal, fed with what was heard. */

import { Unicode11Addon } from "@xterm/addon-unicode11";
import { Terminal } from "@xterm/headless";
import {
  TERMINAL_SCROLLBACK_LINES,
  type TerminalSize,
} from "../../server/protocol/terminal.ts";
import type { RunnerViewer } from "./runner_viewer.ts";

/** A terminal as the page has it. */
export function makeTerminal(size: TerminalSize): Terminal {
  const terminal = new Terminal({
    ...size,
    scrollback: TERMINAL_SCROLLBACK_LINES,
    allowProposedApi: true,
  });
  terminal.loadAddon(new Unicode11Addon());
  terminal.unicode.activeVersion = "11";
  return terminal;
}

/** The screen after all that a viewer has heard so far. */
export async function screenOf(viewer: RunnerViewer): Promise<Terminal> {
  let terminal = makeTerminal({ cols: 80, rows: 24 });
  for (const heard of viewer.heard) {
    switch (heard.type) {
      case "screen":
        terminal.dispose();
        terminal = makeTerminal(heard.size);
        break;
      case "size":
        await write(terminal, "");
        terminal.resize(heard.size.cols, heard.size.rows);
        break;
      case "bytes":
        await write(terminal, heard.bytes);
    }
  }
  return terminal;
}

function write(terminal: Terminal, data: Uint8Array | string): Promise<void> {
  return new Promise((resolve) => terminal.write(data, resolve));
}

/** The text on a screen, without what has scrolled away. */
export function textOf(terminal: Terminal): string {
  const { active } = terminal.buffer;
  return Array.from(
    { length: terminal.rows },
    (_, y) => active.getLine(active.baseY + y)?.translateToString(true) ?? "",
  ).join("\n");
}
