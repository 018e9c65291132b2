import { useRef } from "preact/hooks";

interface ResizerProps {
  label: string;
  /** Which edge of the column it is; decides what dragging right means. */
  edge: "left" | "right";
  px: number;
  min: number;
  max: number;
  onResize: (px: number) => void;
}

/** One press of an arrow key. */
const KEY_STEP_PX = 16;

/** The line between two columns, to be dragged or moved with arrow keys. */
export function Resizer(
  { label, edge, px, min, max, onResize }: ResizerProps,
) {
  const start = useRef<{ x: number; px: number } | undefined>(undefined);
  const sign = edge === "right" ? 1 : -1;
  return (
    <div
      class="resizer"
      data-edge={edge}
      role="separator"
      aria-orientation="vertical"
      aria-label={label}
      aria-valuenow={px}
      aria-valuemin={min}
      aria-valuemax={max}
      tabIndex={0}
      onPointerDown={(event) => {
        start.current = { x: event.clientX, px };
        event.currentTarget.setPointerCapture(event.pointerId);
      }}
      onPointerMove={(event) => {
        const from = start.current;
        if (from) onResize(from.px + sign * (event.clientX - from.x));
      }}
      onPointerUp={() => start.current = undefined}
      onPointerCancel={() => start.current = undefined}
      onKeyDown={(event) => {
        if (event.key === "ArrowRight") onResize(px + sign * KEY_STEP_PX);
        if (event.key === "ArrowLeft") onResize(px - sign * KEY_STEP_PX);
      }}
    />
  );
}
