/** What surrounds the composer: messages that wait above, keys below. */

import type { QueuedPrompt } from "../../server/protocol/event.ts";
import { Icon } from "../components/icon.tsx";
import { Kbd } from "../components/kbd.tsx";
import { IS_MAC, sayKeys } from "../keys.ts";

interface QueueRowsProps {
  queue: readonly QueuedPrompt[];
}

/** What pi holds until its turn comes. */
export function QueueRows({ queue }: QueueRowsProps) {
  if (queue.length === 0) return null;
  return (
    <ul class="queue" aria-label="Queued messages">
      {queue.map((prompt, i) => (
        <li key={prompt.id ?? i} title={prompt.text}>
          <Icon name="clock" size={14} />
          <span class="cut">
            {prompt.mode === "steer" ? "Steering" : "Follow-up"} queued: “
            {prompt.text}”
          </span>
        </li>
      ))}
    </ul>
  );
}

interface ComposerHintsProps {
  isWorking: boolean;
}

export function ComposerHints({ isWorking }: ComposerHintsProps) {
  const say = (keys: string) => sayKeys(keys, IS_MAC);
  return (
    <p class="hints" aria-hidden="true">
      <span>
        <Kbd keys={say("Enter")} /> {isWorking ? "steer" : "send"}
      </span>
      {isWorking && (
        <>
          <span>
            <Kbd keys={say("alt+Enter")} /> follow-up
          </span>
          <span>
            <Kbd keys="Esc Esc" /> stop
          </span>
        </>
      )}
      <span>
        <Kbd keys={say("alt+t")} /> thinking
      </span>
      <span>
        <Kbd keys="?" /> all shortcuts
      </span>
    </p>
  );
}
