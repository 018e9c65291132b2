import { h } from "preact";
import { type Shape, SPRITE } from "../icons/sprite.ts";

export type IconName = keyof typeof SPRITE;

interface IconProps {
  name: IconName;
  size?: 12 | 14 | 16 | 20;
}

/** A drawing beside words or inside a named control; silent to readers. */
export function Icon({ name, size = 16 }: IconProps) {
  const shapes: readonly Shape[] = SPRITE[name];
  return (
    <svg
      class="icon"
      viewBox="0 0 24 24"
      width={size}
      height={size}
      aria-hidden="true"
    >
      {shapes.map(([tag, attributes]) => h(tag, attributes))}
    </svg>
  );
}
