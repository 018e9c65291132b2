/**
 * All that a terminal is beside its cells: cursors, margins, tab stops,
 * charsets, modes, title. As sequences that set it on a fresh terminal.
 *
 * The order is what matters here: a margin moves the cursor home, a saved
 * cursor is saved with the attributes of the moment, and a mode may change
 * what writing does.
 */

import { Terminal } from "@xterm/headless";
import type { Painter } from "./painter.ts";
import {
  type Charset,
  type Core,
  type CoreBuffer,
  coreOf,
} from "./xterm_core.ts";

/** Every charset xterm has, by the final byte of its designation. */
const CHARSET_FINALS = "0A4C5RQKYE6ZH7=";

const TAB_WIDTH = 8;

export interface Size {
  readonly cols: number;
  readonly rows: number;
}

/** What belongs to one buffer, once its lines are painted. Moves the cursor. */
export function bufferState(buffer: CoreBuffer, size: Size): string {
  return tabStops(buffer, size) + margins(buffer, size);
}

/** Where the cursor of a buffer is that is not the active one. */
export function cursorState({ x, y }: CoreBuffer): string {
  return at(x, y);
}

/** What comes last: where writing goes on, and how. */
export function finalState(
  terminal: Terminal,
  painter: Painter,
  size: Size,
): string {
  const core = coreOf(terminal);
  return modes(terminal) + titles(core) + writing(core, painter, size);
}

/**
 * Where writing goes on, and with which characters. The cursor comes last,
 * unless that would have the character before it replaced by a charset's.
 */
function writing(core: Core, painter: Painter, size: Size): string {
  const { charset, glevel, _charsets } = core._charsetService;
  const { savedCharset } = core.buffers.active;
  const set = charsets(core);
  const go = cursor(core, painter, size);
  // Only restoring a cursor takes the charset back without designating it.
  if (_charsets[glevel] && !charset && !savedCharset) {
    return `${set}\x1b8\x1b[m${go.text}`;
  }
  return charset && go.writesAscii ? go.text + set : set + go.text;
}

function tabStops(buffer: CoreBuffer, { cols }: Size): string {
  const all = Array.from({ length: cols }, (_, x) => x);
  if (all.every((x) => Boolean(buffer.tabs[x]) === (x % TAB_WIDTH === 0))) {
    return "";
  }
  const set = all.filter((x) => buffer.tabs[x]);
  return `\x1b[3g${set.map((x) => `\x1b[${x + 1}G\x1bH`).join("")}`;
}

/**
 * What saves the cursor that was saved, when the cursor is on its line. Empty
 * if none was. Leaves the cursor in another column.
 */
export function savedCursor(buffer: CoreBuffer, painter: Painter): string {
  const { savedX, savedY, savedCurAttrData: pen, savedCharset } = buffer;
  const isInitial = savedX === 0 && savedY === 0 && pen.fg === 0 &&
    pen.bg === 0 && !savedCharset;
  if (isInitial) return "";
  const final = designation(savedCharset);
  return `\x1b[${savedX + 1}G${painter.pen.setFrom(pen)}\x1b(${final}\x1b7` +
    `\x1b(B${painter.pen.reset()}`;
}

function margins({ scrollTop, scrollBottom }: CoreBuffer, size: Size): string {
  if (scrollTop === 0 && scrollBottom === size.rows - 1) return "";
  return `\x1b[${scrollTop + 1};${scrollBottom + 1}r`;
}

function at(x: number, y: number): string {
  return `\x1b[${y + 1};${x + 1}H`;
}

interface CursorText {
  readonly text: string;
  /** Whether it writes a character that a charset might replace. */
  readonly writesAscii: boolean;
}

function cursor(core: Core, painter: Painter, size: Size): CursorText {
  const { x, y, ybase, scrollTop, lines } = core.buffers.active;
  const { decPrivateModes: { origin }, modes } = core.coreService;
  const { _curAttrData, _parser } = core._inputHandler;
  const row = origin ? Math.max(y - scrollTop, 0) : y;
  const start = origin ? "\x1b[?6h" : "";
  // The character before it is written once more where that matters: the next
  // one may wrap, or combine with it.
  const isAboutToWrap = x >= size.cols;
  const mayCombine = _parser.precedingJoinState !== 0 && !modes.insertMode;
  const line = isAboutToWrap || mayCombine ? lines.get(ybase + y) : undefined;
  const before = line && painter.characterBefore(line, x);
  const pen = () => painter.pen.setFrom(_curAttrData);
  if (!before) {
    return { text: start + at(x, row) + pen(), writesAscii: false };
  }
  return {
    text: start + at(before.x, row) + before.text + pen(),
    writesAscii: before.isAscii,
  };
}

function charsets({ _charsetService: { _charsets, glevel } }: Core): string {
  let text = "";
  for (const [index, charset] of _charsets.entries()) {
    if (charset) text += `\x1b${"()*+"[index]}${designation(charset)}`;
  }
  return text + ["", "\x0e", "\x1bn", "\x1bo"][glevel];
}

let finals: ReadonlyMap<Charset, string> | undefined;

/** The final byte that designates a charset. */
function designation(charset: Charset): string {
  finals ??= learnCharsets();
  return finals.get(charset) ?? "B";
}

/** They are told apart by identity only, so each is designated once. */
function learnCharsets(): ReadonlyMap<Charset, string> {
  const probe = new Terminal({ cols: 2, rows: 1, scrollback: 0 });
  const core = coreOf(probe);
  const known = new Map<Charset, string>();
  for (const final of CHARSET_FINALS) {
    core._inputHandler.parse(`\x1b(${final}`);
    known.set(core._charsetService._charsets[0], final);
  }
  probe.dispose();
  return known;
}

const MOUSE = { NONE: "", X10: "9", VT200: "1000", DRAG: "1002", ANY: "1003" };
const ENCODING = { DEFAULT: "", SGR: "1006", SGR_PIXELS: "1016" };
const CURSOR_STYLE = { block: 1, underline: 3, bar: 5 };

function modes(terminal: Terminal): string {
  const core = coreOf(terminal);
  const { cursorBlink, convertEol } = terminal.options;
  const { modes, decPrivateModes: dec, isCursorHidden } = core.coreService;
  const { activeProtocol, activeEncoding } = core.coreMouseService;
  const set = (mode: string | false) => mode ? `\x1b[?${mode}h` : "";
  const style = dec.cursorStyle &&
    CURSOR_STYLE[dec.cursorStyle] + (dec.cursorBlink ? 0 : 1);
  return [
    set(dec.applicationCursorKeys && "1"),
    set(dec.applicationKeypad && "66"),
    set(dec.bracketedPasteMode && "2004"),
    set(dec.reverseWraparound && "45"),
    set(dec.sendFocus && "1004"),
    set(MOUSE[activeProtocol]),
    set(ENCODING[activeEncoding]),
    isCursorHidden ? "\x1b[?25l" : "",
    style ? `\x1b[${style} q` : "",
    set(cursorBlink === true && "12"),
    convertEol ? "\x1b[20h" : "",
    modes.insertMode ? "\x1b[4h" : "",
    dec.wraparound ? "" : "\x1b[?7l",
    set(dec.synchronizedOutput && "2026"),
  ].join("");
}

function titles({ _inputHandler: { _windowTitle, _iconName } }: Core): string {
  return (_iconName ? osc(1, _iconName) : "") +
    (_windowTitle ? osc(2, _windowTitle) : "");
}

function osc(code: number, text: string): string {
  return `\x1b]${code};${text}\x1b\\`;
}
