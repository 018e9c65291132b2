/**
 * The pen: the sequences that make a terminal write with given attributes.
 *
 * Remembers what it was last set to, so that runs of alike cells cost nothing.
 * Knows cells' attributes as xterm packs them, not where they are.
 */

import type { Attributes, Core, ExtendedAttributes } from "./xterm_core.ts";

/** In `fg` and `bg`: the kind of colour, then its value. */
const COLOR_KIND = 0x3000000;
const KIND_16 = 0x1000000;
const KIND_256 = 0x2000000;
const KIND_RGB = 0x3000000;

const HAS_EXTENDED = 0x10000000;
const PROTECTED = 0x20000000;

/** Flags and the SGR parameter of each; underline is told by its style. */
const FG_FLAGS: readonly (readonly [flag: number, sgr: string])[] = [
  [0x8000000, "1"],
  [0x4000000, "7"],
  [0x20000000, "5"],
  [0x40000000, "8"],
  [0x80000000, "9"],
];
const BG_SGR: readonly (readonly [flag: number, sgr: string])[] = [
  [0x4000000, "3"],
  [0x8000000, "2"],
  [0x40000000, "53"],
];
const UNDERLINE = 0x10000000;
const UNDERLINE_STYLE = 0x1c000000;
const UNDERLINE_SHIFT = 26;

const NO_EXTENDED: ExtendedAttributes = {
  underlineColor: 0,
  urlId: 0,
  _ext: 0,
};

export class Pen {
  readonly #links: Core["_oscLinkService"];
  #fg = 0;
  #bg = 0;
  #style = 0;
  #underlineColor = 0;
  #link = 0;

  constructor(links: Core["_oscLinkService"]) {
    this.#links = links;
  }

  /** Sequences from what it is set to, to these attributes. */
  set(
    fg: number,
    bg: number,
    extended: ExtendedAttributes = NO_EXTENDED,
  ): string {
    const style = fg & UNDERLINE
      ? (extended._ext & UNDERLINE_STYLE) >>> UNDERLINE_SHIFT || 1
      : 0;
    const { underlineColor, urlId } = extended;
    const link = urlId === this.#link ? "" : this.#setLink(urlId);
    // That there is more says only that there is a style or a link.
    const plainBg = (bg & ~HAS_EXTENDED) >>> 0;
    if (
      fg === this.#fg && plainBg === this.#bg && style === this.#style &&
      underlineColor === this.#underlineColor
    ) return link;
    const wasProtected = (this.#bg & PROTECTED) !== 0;
    this.#fg = fg;
    this.#bg = plainBg;
    this.#style = style;
    this.#underlineColor = underlineColor;
    return link + sgr(fg, plainBg, style, underlineColor) +
      // SGR 0, with which each begins, takes the protection away as well.
      (plainBg & PROTECTED ? '\x1b[1"q' : wasProtected ? '\x1b[0"q' : "");
  }

  /** Sequences to the attributes that a terminal begins with. */
  reset(): string {
    return this.set(0, 0);
  }

  /** As `set`, from attributes that belong to no cell. */
  setFrom({ fg, bg, extended }: Attributes): string {
    return this.set(fg, bg, extended);
  }

  #setLink(urlId: number): string {
    const data = urlId ? this.#links.getLinkData(urlId) : undefined;
    if (!data && this.#link === 0) return "";
    this.#link = data ? urlId : 0;
    const id = data?.id ? `id=${data.id}` : "";
    return `\x1b]8;${id};${data?.uri ?? ""}\x1b\\`;
  }
}

function sgr(
  fg: number,
  bg: number,
  style: number,
  underlineColor: number,
): string {
  let params = "";
  for (const [flag, param] of FG_FLAGS) if (fg & flag) params += `;${param}`;
  for (const [flag, param] of BG_SGR) if (bg & flag) params += `;${param}`;
  if (style) params += style === 1 ? ";4" : `;4:${style}`;
  params += color(fg, 3) + color(bg, 4) + underline(underlineColor);
  return `\x1b[${params === "" ? "" : `0${params}`}m`;
}

function color(packed: number, plane: 3 | 4): string {
  // A palette's number is a byte; xterm leaves rests of other colours above it.
  const high = packed >> 16 & 255;
  const middle = packed >> 8 & 255;
  const low = packed & 255;
  switch (packed & COLOR_KIND) {
    case KIND_16:
      return low < 8 ? `;${plane}${low}` : `;${plane + 6}${low - 8}`;
    case KIND_256:
      return `;${plane}8;5;${low}`;
    case KIND_RGB:
      return `;${plane}8;2;${high};${middle};${low}`;
    default:
      return "";
  }
}

function underline(packed: number): string {
  const value = packed & 0xffffff;
  switch (packed & COLOR_KIND) {
    case KIND_256:
      return `;58:5:${value & 0xff}`;
    case KIND_RGB:
      return `;58:2::${value >> 16}:${value >> 8 & 0xff}:${value & 0xff}`;
    default:
      return "";
  }
}
