import { useRef } from "preact/hooks";

interface ResizerProps {
  label: string;
  /** Which edge of the region it is; decides what dragging means. */
  edge: "left" | "right" | "top";
  px: number;
  min: number;
  max: number;
  onResize: (px: number) => void;
}

/** One press of an arrow key. */
const KEY_STEP_PX = 16;

const GROWS_BY: Readonly<Record<ResizerProps["edge"], string>> = {
  right: "ArrowRight",
  left: "ArrowLeft",
  top: "ArrowUp",
};

const SHRINKS_BY: Readonly<Record<ResizerProps["edge"], string>> = {
  right: "ArrowLeft",
  left: "ArrowRight",
  top: "ArrowDown",
};

/** The line between two regions, to be dragged or moved with arrow keys. */
export function Resizer(
  { label, edge, px, min, max, onResize }: ResizerProps,
) {
  const start = useRef<{ at: number; px: number } | undefined>(undefined);
  const sign = edge === "right" ? 1 : -1;
  const place = (event: PointerEvent) =>
    edge === "top" ? event.clientY : event.clientX;
  return (
    <div
      class="resizer"
      data-edge={edge}
      role="separator"
      aria-orientation={edge === "top" ? "horizontal" : "vertical"}
      aria-label={label}
      aria-valuenow={px}
      aria-valuemin={min}
      aria-valuemax={max}
      tabIndex={0}
      onPointerDown={(event) => {
        start.current = { at: place(event), px };
        event.currentTarget.setPointerCapture(event.pointerId);
      }}
      onPointerMove={(event) => {
        const from = start.current;
        if (from) onResize(from.px + sign * (place(event) - from.at));
      }}
      onPointerUp={() => start.current = undefined}
      onPointerCancel={() => start.current = undefined}
      onKeyDown={({ key }) => {
        if (key === GROWS_BY[edge]) onResize(px + KEY_STEP_PX);
        if (key === SHRINKS_BY[edge]) onResize(px - KEY_STEP_PX);
      }}
    />
  );
}
