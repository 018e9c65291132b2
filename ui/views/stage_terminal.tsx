/** An agent's terminal in place of its conversation: the same process. */

import { useEffect } from "preact/hooks";
import type { NodeRecord } from "../../server/protocol/node.ts";
import type { TerminalId } from "../../server/protocol/terminal.ts";
import { StatusGlyph } from "../components/status_glyph.tsx";
import type { Page } from "../page.ts";
import { hasFailedToStart, isComing, sayClock, shortPath } from "../words.ts";
import { FailedNote } from "./stage_failed.tsx";
import { TerminalPane } from "./terminal_pane.tsx";

interface StageTerminalProps {
  page: Page;
  node: NodeRecord;
  terminal: TerminalId;
}

export function StageTerminal({ page, node, terminal }: StageTerminalProps) {
  // Who has just started it will have to answer, if it asks.
  useEffect(() => {
    if (isComing(node)) page.screens.focus(terminal);
  }, [terminal]);
  return (
    <div class="stage-terminal">
      {isComing(node) && <ComingNote page={page} node={node} />}
      {hasFailedToStart(node) && <FailedNote page={page} node={node} />}
      <TerminalPane
        key={terminal}
        page={page}
        id={terminal}
      />
    </div>
  );
}

/** It has a terminal and no word of its own yet. */
function ComingNote({ page, node }: Omit<StageTerminalProps, "terminal">) {
  const { state } = node;
  if (state.kind === "waiting") {
    return (
      <div class="terminal-strip" data-kind="asks" role="status">
        <StatusGlyph kind="waiting" />
        <span>
          <b>{state.question}</b> It waits for you here.
        </span>
      </div>
    );
  }
  return (
    <div class="terminal-strip" role="status">
      <StatusGlyph kind="starting" />
      <span>
        Starting in {shortPath(node.cwd)},{" "}
        <span class="number">
          {sayClock(state.since, page.clock.now.value)}
        </span>. What pi asks below is answered there.
      </span>
    </div>
  );
}
