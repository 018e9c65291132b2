/** A prompt on its way into the conversation, and how far it has come. */

import { Icon, type IconName } from "./icon.tsx";
import type { PendingPrompt } from "./pending.ts";
import { plural } from "./words.ts";

interface PendingRowProps {
  prompt: PendingPrompt;
  onRetry: (id: string) => void;
  onDiscard: (id: string) => void;
  onEdit: (id: string) => void;
}

interface Look {
  readonly icon: IconName;
  readonly words: string;
}

export function PendingRow(props: PendingRowProps) {
  const { prompt } = props;
  const { icon, words } = lookOf(prompt);
  return (
    <div
      class="tx-row"
      data-kind="pending"
      role="article"
      aria-label={`Your message, ${words}`}
    >
      <div class="tx-user tx-pending" data-state={prompt.state}>
        <div class="tx-user-text">{prompt.text}</div>
        <div class="tx-pending-state">
          <Icon name={icon} />
          <span>
            {words}
            {prompt.attachments > 0 &&
              `, with ${plural(prompt.attachments, "file")}`}
          </span>
          <Choices {...props} />
        </div>
      </div>
    </div>
  );
}

/** Only what was not sent, or was refused, can still be changed here. */
function Choices({ prompt, onRetry, onDiscard, onEdit }: PendingRowProps) {
  const { id, state } = prompt;
  if (state !== "unsent" && state !== "refused") return null;
  return (
    <span class="tx-pending-choices">
      {state === "refused" && (
        <button
          type="button"
          class="tx-action"
          onClick={() => onRetry(id)}
        >
          Retry
        </button>
      )}
      <button type="button" class="tx-action" onClick={() => onEdit(id)}>
        Edit
      </button>
      <button type="button" class="tx-action" onClick={() => onDiscard(id)}>
        Discard
      </button>
    </span>
  );
}

function lookOf({ state, mode, reason }: PendingPrompt): Look {
  switch (state) {
    case "unsent":
      return { icon: "clock", words: "Not sent yet" };
    case "sent":
      return { icon: "circleCheck", words: "Sent" };
    case "accepted":
      return { icon: "circleCheck", words: "Received" };
    case "queued":
      return {
        icon: "clock",
        words: mode === "steer"
          ? "Queued, after the current tool"
          : "Queued as follow-up",
      };
    case "started":
      return { icon: "circleCheck", words: "Started" };
    case "refused":
      return { icon: "alert", words: reason ?? "Refused" };
  }
}
