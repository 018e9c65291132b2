import { sayMoney } from "../words.ts";

interface CostBarsProps {
  /** US dollars per turn, oldest first. */
  costs: readonly number[];
}

const HEIGHT = 44;
const MAX_BARS = 14;
const STEP = 20;

/** What each of the newest turns cost, as bars. */
export function CostBars({ costs }: CostBarsProps) {
  const shown = costs.slice(-MAX_BARS);
  const most = Math.max(...shown, Number.MIN_VALUE);
  return (
    <svg
      class="cost-bars"
      viewBox={`0 0 ${MAX_BARS * STEP} ${HEIGHT}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={`Cost of the last ${shown.length} turns, at most ${
        sayMoney(most)
      }`}
    >
      {shown.map((cost, i) => {
        const height = Math.max(2, Math.round(cost / most * (HEIGHT - 4)));
        return (
          <rect
            key={i}
            x={i * STEP + 2}
            y={HEIGHT - 2 - height}
            width={STEP - 6}
            height={height}
            rx="2"
          >
            <title>{sayMoney(cost)}</title>
          </rect>
        );
      })}
    </svg>
  );
}
