import type { ContextFacts } from "../../server/protocol/event.ts";
import { sayTokens } from "../words.ts";

interface ContextBarProps {
  context: ContextFacts;
  size: "small" | "wide";
}

/** How much of the model's window is used; unknown is shown as empty. */
export function ContextBar({ context, size }: ContextBarProps) {
  const share = shareOf(context);
  const percent = Math.round((share ?? 0) * 100);
  return (
    <span
      class="context-bar"
      data-size={size}
      data-level={levelOf(share)}
      role="img"
      aria-label={share === undefined
        ? `Context use unknown, of ${sayTokens(context.window)}`
        : `Context ${percent} percent of ${sayTokens(context.window)}`}
    >
      <i style={{ width: `${Math.min(percent, 100)}%` }} />
    </span>
  );
}

/** From 0 to 1; undefined where pi cannot tell. */
export function shareOf({ tokens, window }: ContextFacts): number | undefined {
  return tokens === null || window <= 0 ? undefined : tokens / window;
}

function levelOf(share: number | undefined): "calm" | "high" | "full" {
  if (share === undefined || share <= 0.7) return "calm";
  return share <= 0.9 ? "high" : "full";
}
