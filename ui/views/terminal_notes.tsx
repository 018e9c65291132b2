/** What stands above and below a terminal's screen when all is not well. */

import { useState } from "preact/hooks";
import type {
  TerminalRecord,
  TerminalSize,
  TerminalViewer,
} from "../../server/protocol/terminal.ts";
import { Icon } from "../components/icon.tsx";
import type { OpenTerminal } from "../models/open_terminal.ts";
import type { Page } from "../page.ts";
import { sayEnd } from "../words.ts";

interface LinkNoteProps {
  page: Page;
  terminal: OpenTerminal;
}

/** Blips stay silent: the style sheet shows it after a second. */
export function LinkNote({ page, terminal }: LinkNoteProps) {
  const state = terminal.link.value;
  const isFirst = terminal.isLoading.value &&
    (state.kind !== "waiting" && state.kind !== "gone");
  if (state.kind === "open" || state.kind === "signedOut" || isFirst) {
    return null;
  }
  if (state.kind === "gone") {
    return (
      <p class="terminal-strip" data-kind="late" role="status">
        <Icon name="triangle-alert" size={14} />
        <span>This terminal is not there any more. {state.reason}</span>
      </p>
    );
  }
  const isOnline = page.viewport.online.value;
  return (
    <div class="terminal-strip" data-kind="late" role="status">
      <Icon name="wifi-off" size={14} />
      <span>
        <b>{isOnline ? "Reconnecting." : "You are offline."}</b>{" "}
        The program goes on.
      </span>
      <button
        type="button"
        class="button"
        data-kind="ghost"
        onClick={() => terminal.retry()}
      >
        Retry now
      </button>
    </div>
  );
}

interface SizeNoteProps {
  size: TerminalSize;
  viewers: readonly TerminalViewer[];
  onClaim: () => void;
}

/** Another viewer's window is what the program draws for. */
export function SizeNote({ size, viewers, onClaim }: SizeNoteProps) {
  const whose = viewers.find((viewer) => viewer.hasSize)?.name;
  return (
    <div class="terminal-strip" role="status">
      <Icon name="monitor" size={14} />
      <span>
        <span class="number">{size.cols}×{size.rows}</span>
        {whose ? `, the size of ${whose}` : ""}
      </span>
      <button type="button" class="button" data-kind="ghost" onClick={onClaim}>
        Fit to me
      </button>
    </div>
  );
}

interface EndNoteProps {
  page: Page;
  record: TerminalRecord;
  onClose?: (() => void) | undefined;
}

/** The program has ended; its last screen stays. */
export function EndNote({ page, record, onClose }: EndNoteProps) {
  const { state, kind, node } = record;
  const words = sayEnd(state);
  if (!words) return null;
  // What became of an agent is said on its stage, with what to do about it.
  const isOnStage = node !== undefined && node === page.navigation.agent.value;
  if (isOnStage) return null;
  const isBad = state.kind === "failed" ||
    (state.kind === "exited" && state.code !== 0);
  return (
    <div class="terminal-strip" data-kind={isBad ? "bad" : "end"} role="status">
      <Icon name={isBad ? "triangle-alert" : "check"} size={14} />
      <span>{words}</span>
      {kind === "shell" && <RestartButton page={page} record={record} />}
      {node !== undefined && (
        <button
          type="button"
          class="button"
          data-kind="ghost"
          onClick={() => page.navigation.go({ kind: "agent", id: node })}
        >
          Show the agent
        </button>
      )}
      <button
        type="button"
        class="button"
        data-kind="ghost"
        onClick={() => {
          onClose?.();
          void page.terminalDo.close(record.id);
        }}
      >
        Close
      </button>
    </div>
  );
}

function RestartButton({ page, record }: Omit<EndNoteProps, "onClose">) {
  const [isBusy, setBusy] = useState(false);
  const restart = async () => {
    setBusy(true);
    await page.terminalDo.restart(record.id);
    setBusy(false);
    page.screens.focus(record.id);
  };
  return (
    <button
      type="button"
      class="button"
      data-kind="ghost"
      disabled={isBusy}
      onClick={restart}
    >
      <Icon name="rotate-ccw" size={14} />
      Restart
    </button>
  );
}
