/** The way back to the end, and what goes on there meanwhile. */

import { Icon } from "./icon.tsx";

interface JumpPillProps {
  streaming: boolean;
  /** Rows that came since the reader left. */
  fresh: number;
  onJump: () => void;
}

export function JumpPill({ streaming, fresh, onJump }: JumpPillProps) {
  return (
    <button type="button" class="tx-jump" onClick={onJump}>
      <Icon name="down" />
      {words(streaming, fresh)}
    </button>
  );
}

function words(streaming: boolean, fresh: number): string {
  if (streaming) {
    return fresh > 0 ? `Streaming below, ${fresh} new` : "Streaming below";
  }
  return fresh > 0 ? `${fresh} new` : "Back to live";
}
