/** An agent that was started from here in vain: why, and what to do now. */

import { useState } from "preact/hooks";
import type { NodeRecord } from "../../server/protocol/node.ts";
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

export function FailedNote(
  { page, node, showsLines = false }: FailedNoteProps,
) {
  const { state } = node;
  const [isBusy, setBusy] = useState(false);
  if (state.kind !== "error") return null;
  const [why, ...lines] = state.message.split("\n");
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
      <p class="failed-reason">{why}</p>
      {showsLines && lines.length > 0 && (
        // It may scroll, so the keyboard must be able to reach it.
        <pre class="failed-lines" tabIndex={0} aria-label="Its last lines">
          {lines.join("\n")}
        </pre>
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
