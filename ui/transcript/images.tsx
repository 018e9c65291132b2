/** Images of a message as small tiles that open in place. */

import { useState } from "preact/hooks";
import type { ImagePart } from "../../server/protocol/item.ts";
import { Icon } from "./icon.tsx";
import { bytes } from "./words.ts";

/** Nothing that can hold script or load something else: no SVG. */
const TYPES = new Set(["image/png", "image/jpeg", "image/gif", "image/webp"]);

const BASE64 = /^[A-Za-z0-9+/\r\n]+={0,2}\s*$/;

export function Images({ images }: { images: readonly ImagePart[] }) {
  if (images.length === 0) return null;
  return (
    <div class="tx-images">
      {images.map((image, i) => <Tile key={i} image={image} number={i + 1} />)}
    </div>
  );
}

function Tile({ image, number }: { image: ImagePart; number: number }) {
  const [open, setOpen] = useState(false);
  const source = sourceOf(image);
  if (!source) return <Missing image={image} />;
  return (
    <button
      type="button"
      class="tx-tile"
      data-open={open}
      aria-expanded={open}
      aria-label={`Image ${number}, ${open ? "make smaller" : "make larger"}`}
      onClick={() => setOpen(!open)}
    >
      <img src={source} alt={`Image ${number}`} />
    </button>
  );
}

function Missing({ image }: { image: ImagePart }) {
  const size = image.omittedBytes ? bytes(image.omittedBytes) : "image";
  return (
    <span class="tx-tile tx-tile-missing">
      <Icon name="image" />
      {size} not shown
    </span>
  );
}

export function sourceOf(image: ImagePart): string | undefined {
  if (!TYPES.has(image.mimeType)) return undefined;
  if (typeof image.data !== "string" || !BASE64.test(image.data)) {
    return undefined;
  }
  return `data:${image.mimeType};base64,${image.data}`;
}

export function imagesOf(
  content: string | readonly { readonly type: string }[],
): ImagePart[] {
  if (!Array.isArray(content)) return [];
  return content.filter((part): part is ImagePart => part?.type === "image");
}
