/** An agent that was started from here in vain: why, and what to do now. */

import { useEffect, useState } from "preact/hooks";
import type { NodeRecord } from "../../server/protocol/node.ts";
import type { TerminalId } from "../../server/protocol/terminal.ts";
import { Icon } from "../components/icon.tsx";
import { StatusGlyph } from "../components/status_glyph.tsx";
import type { Page } from "../page.ts";
import { forgetNode, resumeNode } from "../terminal_actions.ts";

interface FailedNoteProps {
  page: Page;
  node: NodeRecord;
  /** The screen itself is not in sight. */
  showsLines?: boolean;
}

/** What a person needs to see why it ended. */
const LAST_LINES = 12;

export function FailedNote(
  { page, node, showsLines = false }: FailedNoteProps,
) {
  const { state, terminal } = node;
  const [isBusy, setBusy] = useState(false);
  if (state.kind !== "error") return null;
  const again = async () => {
    setBusy(true);
    await resumeNode(page, node.id);
    setBusy(false);
  };
  return (
    <section class="ask" data-kind="failed" aria-label="It did not start">
      <header>
        <StatusGlyph kind="error" />
        <b>It did not start</b>
      </header>
      <p class="failed-reason">{state.message}</p>
      {showsLines && terminal !== undefined && (
        <LastLines page={page} terminal={terminal} />
      )}
      <div class="ask-actions">
        <button
          type="button"
          class="button"
          data-kind="primary"
          disabled={isBusy}
          onClick={again}
        >
          <Icon name="rotate-ccw" size={14} />
          Try again
        </button>
        <button
          type="button"
          class="button"
          onClick={() => forgetNode(page, node.id)}
        >
          Remove
        </button>
      </div>
    </section>
  );
}

/** As text, where the screen itself is not in sight. */
function LastLines(
  { page, terminal }: { page: Page; terminal: TerminalId },
) {
  const [text, setText] = useState("");
  useEffect(() => {
    page.terminalDo.tail(terminal, LAST_LINES)
      .then((tail) => setText(tail.trim()))
      // Its screen is gone with its runner: the message has to do.
      .catch(() => {});
  }, [terminal]);
  return text === "" ? null : <pre class="failed-lines">{text}</pre>;
}
