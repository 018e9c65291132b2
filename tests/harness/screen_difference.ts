/**
 * Compares two screens cell by cell, and all that a terminal is beside its
 * cells. Reads xterm's own memory, so that nothing is overlooked.
 */

import type { Terminal } from "@xterm/headless";
import {
  background,
  characters,
  content,
  extended,
  foreground,
} from "../../server/runner/screen/cells.ts";
import {
  type Core,
  type CoreBuffer,
  type CoreLine,
  coreOf,
  type ExtendedAttributes,
} from "../../server/runner/screen/xterm_core.ts";

/** The first difference in words. Undefined if there is none. */
export function screenDifference(
  wanted: Terminal,
  found: Terminal,
): string | undefined {
  const a = coreOf(wanted);
  const b = coreOf(found);
  const isAlternate = a.buffers.active === a.buffers.alt;
  const { cols } = wanted;
  const sizes = difference(
    "size",
    [cols, wanted.rows],
    [found.cols, found.rows],
  );
  return sizes ??
    bufferDifference(
      "normal",
      cols,
      a,
      a.buffers.normal,
      b,
      b.buffers.normal,
    ) ??
    (isAlternate
      ? bufferDifference("alternate", cols, a, a.buffers.alt, b, b.buffers.alt)
      : undefined) ??
    difference("state", state(wanted), state(found));
}

function bufferDifference(
  name: string,
  cols: number,
  coreA: Core,
  a: CoreBuffer,
  coreB: Core,
  b: CoreBuffer,
): string | undefined {
  const found = difference(`${name} length`, a.lines.length, b.lines.length);
  if (found) return found;
  for (let y = 0; y < a.lines.length; y++) {
    const lineA = a.lines.get(y);
    const lineB = b.lines.get(y);
    if (!lineA || !lineB) continue;
    const row = `${name} row ${y} of ${a.lines.length}`;
    const wrapped = difference(row, lineA.isWrapped, lineB.isWrapped);
    if (wrapped) return `${wrapped} (wrapped)`;
    for (let x = 0; x < cols; x++) {
      if (isSameCell(lineA, lineB, x, coreA, coreB)) continue;
      return difference(
        `${row} column ${x}`,
        cell(coreA, lineA, x),
        cell(coreB, lineB, x),
      );
    }
  }
  const isActive = coreA.buffers.active === a;
  return difference(
    name,
    bufferState(coreA, a, cols, isActive),
    bufferState(coreB, b, cols, isActive),
  );
}

function isSameCell(
  a: CoreLine,
  b: CoreLine,
  x: number,
  coreA: Core,
  coreB: Core,
): boolean {
  if (
    content(a, x) !== content(b, x) || characters(a, x) !== characters(b, x)
  ) return false;
  const isSame = foreground(a, x) === foreground(b, x) &&
    background(a, x) === background(b, x);
  if (isSame && !extended(a, x) && !extended(b, x)) return true;
  return JSON.stringify(cell(coreA, a, x)) ===
    JSON.stringify(cell(coreB, b, x));
}

function cell(core: Core, line: CoreLine, x: number) {
  return {
    text: characters(line, x),
    content: content(line, x).toString(16),
    ...look(
      core,
      foreground(line, x),
      background(line, x),
      extended(line, x),
    ),
  };
}

const UNDERLINE = 0x10000000;
const HAS_EXTENDED = 0x10000000;

/** What is seen of attributes: an underline's colour only where there is one. */
function look(
  core: Core,
  fg: number,
  bg: number,
  ext: ExtendedAttributes | undefined,
) {
  const style = (ext?._ext ?? 0) >>> 26 & 7;
  return {
    fg: tidy(fg).toString(16),
    bg: tidy(bg & ~HAS_EXTENDED).toString(16),
    underline: fg & UNDERLINE
      ? [style || 1, tidy(ext?.underlineColor ?? 0)]
      : [],
    link: core._oscLinkService.getLinkData(ext?.urlId ?? 0),
  };
}

/** Of a palette's colour eight bits count; xterm leaves rests of others above. */
function tidy(packed: number): number {
  const kind = packed & 0x3000000;
  const isPalette = kind === 0x1000000 || kind === 0x2000000;
  return (isPalette ? packed & 0xff0000ff : packed) >>> 0;
}

function bufferState(
  core: Core,
  buffer: CoreBuffer,
  cols: number,
  isActive: boolean,
) {
  const { scrollTop, scrollBottom, ybase, savedX, savedY } = buffer;
  const saved = buffer.savedCurAttrData;
  const rows = buffer.lines.length - ybase;
  return {
    scrollTop,
    scrollBottom,
    ybase,
    tabs: Array.from({ length: cols }, (_, x) => Boolean(buffer.tabs[x])),
    // As they would be restored.
    savedX: Math.min(savedX, cols - 1),
    savedY: Math.min(Math.max(0, savedY - ybase), rows - 1),
    savedPen: look(core, saved.fg, saved.bg, undefined),
    savedCharset: buffer.savedCharset,
    cursor: isActive ? [buffer.x, buffer.y] : [],
  };
}

function state(terminal: Terminal) {
  const core = coreOf(terminal);
  const { modes, decPrivateModes, isCursorHidden } = core.coreService;
  const { activeProtocol, activeEncoding } = core.coreMouseService;
  const { _charsetService, _inputHandler } = core;
  const { _curAttrData: pen } = _inputHandler;
  return {
    isAlternate: core.buffers.active === core.buffers.alt,
    modes,
    decPrivateModes,
    isCursorHidden,
    mouse: [activeProtocol, activeEncoding],
    glevel: _charsetService.glevel,
    charsets: [0, 1, 2, 3].map((g) => _charsetService._charsets[g]),
    convertEol: terminal.options.convertEol,
    cursorBlink: terminal.options.cursorBlink,
    title: _inputHandler._windowTitle,
    pen: look(core, pen.fg, pen.bg, pen.extended),
  };
}

function difference(
  where: string,
  wanted: unknown,
  found: unknown,
): string | undefined {
  const [a, b] = [JSON.stringify(wanted), JSON.stringify(found)];
  return a === b ? undefined : `${where}: wanted ${a}, found ${b}`;
}
