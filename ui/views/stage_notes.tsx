/** What stands above the composer when the agent cannot simply be written to. */

import { useState } from "preact/hooks";
import type {
  NodeRecord,
  OfflineReason,
  UnixMs,
} from "../../server/protocol/node.ts";
import { Icon } from "../components/icon.tsx";
import { StatusGlyph } from "../components/status_glyph.tsx";
import type { Page } from "../page.ts";
import {
  forgetNode,
  openShell,
  resumeNode,
  showView,
} from "../terminal_actions.ts";
import { sayClock, sayMoment } from "../words.ts";

interface WaitingNoteProps {
  page: Page;
  node: NodeRecord;
  now: UnixMs;
}

/** A dialog is open in the agent's terminal. */
export function WaitingNote({ page, node, now }: WaitingNoteProps) {
  const { state } = node;
  if (state.kind !== "waiting") return null;
  return (
    <section class="ask" role="group" aria-label="The agent asks">
      <header>
        <StatusGlyph kind="waiting" />
        <b>{state.question}</b>
        <span class="ask-age">asked {sayClock(state.since, now)} ago</span>
      </header>
      {node.terminal === undefined
        ? <p>Answer it in the terminal of this agent, on {node.machine}.</p>
        : (
          <div class="ask-actions">
            <button
              type="button"
              class="button"
              onClick={() => showView(page, node, "terminal")}
            >
              <Icon name="terminal" size={14} />
              Answer in its terminal
            </button>
          </div>
        )}
    </section>
  );
}

const REASONS: Record<OfflineReason, string> = {
  link_closed: "Its connection ended without a word.",
  silent: "It stopped answering.",
  quit: "It was closed.",
  replaced: "It came back under another connection.",
  restarted: "It was not heard of since the hypivisor was restarted.",
};

interface OfflineNoteProps {
  page: Page;
  node: NodeRecord;
}

/** The process is gone; its conversation can still be read. */
export function OfflineNote({ page, node }: OfflineNoteProps) {
  const [asks, setAsks] = useState(false);
  const [isResuming, setResuming] = useState(false);
  const { state } = node;
  const { nodes } = page;
  if (state.kind !== "offline") return null;
  const startsHere = nodes.hasTerminals.value && !node.relayed &&
    node.machine === nodes.server.value?.machine;
  // It has said goodbye, and its process is about to end.
  const isEnding = node.terminal !== undefined &&
    page.terminals.byId.value.get(node.terminal)?.state.kind === "running";
  const resume = async () => {
    setResuming(true);
    await resumeNode(page, node.id);
    setResuming(false);
  };
  return (
    <section class="ask" data-kind="offline" aria-label="The agent is offline">
      <header>
        <StatusGlyph kind="offline" />
        <b>Offline since {sayMoment(state.since, page.clock.now.value)}</b>
      </header>
      <p>
        {REASONS[state.reason]} {startsHere
          ? "Its session goes on where it ended."
          : "Start pi in its folder again and it is back here."}
      </p>
      <div class="ask-actions">
        {asks
          ? (
            <>
              <span>Remove it with its conversation from this list?</span>
              <button
                type="button"
                class="button"
                data-kind="danger"
                onClick={() => forgetNode(page, node.id)}
              >
                Remove
              </button>
              <button
                type="button"
                class="button"
                onClick={() =>
                  setAsks(false)}
              >
                Keep
              </button>
            </>
          )
          : (
            <>
              {startsHere && (
                <>
                  <button
                    type="button"
                    class="button"
                    data-kind="primary"
                    disabled={isResuming || isEnding}
                    onClick={resume}
                  >
                    <Icon name="play" size={14} />
                    Resume session
                  </button>
                  <button
                    type="button"
                    class="button"
                    onClick={() => void openShell(page, node.cwd)}
                  >
                    <Icon name="terminal" size={14} />
                    Open folder
                  </button>
                </>
              )}
              <button
                type="button"
                class="button"
                onClick={() =>
                  setAsks(true)}
              >
                Remove from the list…
              </button>
            </>
          )}
      </div>
    </section>
  );
}
