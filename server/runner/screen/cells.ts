/** A line's cells, as xterm packs them into three words each. */

import type { CoreLine, ExtendedAttributes } from "./xterm_core.ts";

const WORDS = 3;
const CODE_MASK = 0x1fffff;
const IS_COMBINED = 0x200000;
const HAS_CONTENT = 0x3fffff;
const WIDTH_SHIFT = 22;

/** In the background's word: the rest is in another place. */
const HAS_EXTENDED = 0x10000000;

/** All of the background's word but the colour. */
export const BG_FLAGS = 0xfc000000;

/** Content of a cell that nothing was written to: no code, one wide. */
const BLANK = 1 << WIDTH_SHIFT;

export function content(line: CoreLine, x: number): number {
  return line._data[x * WORDS] ?? BLANK;
}

export function foreground(line: CoreLine, x: number): number {
  return line._data[x * WORDS + 1] ?? 0;
}

export function background(line: CoreLine, x: number): number {
  return line._data[x * WORDS + 2] ?? 0;
}

export function extended(
  line: CoreLine,
  x: number,
): ExtendedAttributes | undefined {
  return background(line, x) & HAS_EXTENDED
    ? line._extendedAttrs[x]
    : undefined;
}

/** 0 is the second half of a wide character. */
export function width(line: CoreLine, x: number): number {
  return content(line, x) >>> WIDTH_SHIFT;
}

export function hasContent(line: CoreLine, x: number): boolean {
  return (content(line, x) & HAS_CONTENT) !== 0;
}

/** The character with what combines with it. Empty if there is none. */
export function characters(line: CoreLine, x: number): string {
  const word = content(line, x);
  if (word & IS_COMBINED) return line._combined[x] ?? "";
  return word & HAS_CONTENT ? String.fromCodePoint(word & CODE_MASK) : "";
}

/** Whether nothing was ever written to a cell, or it looks like that. */
export function isUntouched(line: CoreLine, x: number): boolean {
  return content(line, x) === BLANK && foreground(line, x) === 0 &&
    background(line, x) === 0;
}

/** Whether a cell is as erasing leaves it: blank, with a background only. */
export function isErased(line: CoreLine, x: number): boolean {
  return content(line, x) === BLANK && foreground(line, x) === 0 &&
    (background(line, x) & BG_FLAGS) === 0;
}

/** Whether a cell is blank with more attributes than erasing leaves. */
export function isHalf(line: CoreLine, x: number): boolean {
  return content(line, x) === BLANK && !isErased(line, x);
}

/**
 * Whether the cell in the last column is what a wide character leaves that found one column
 * and went on to `next`: blank, with that character's attributes.
 */
export function isWideLeftover(
  line: CoreLine,
  next: CoreLine,
  last: number,
): boolean {
  return next.isWrapped && width(next, 0) === 2 &&
    content(line, last) === BLANK &&
    foreground(line, last) === foreground(next, 0) &&
    background(line, last) === background(next, 0);
}
