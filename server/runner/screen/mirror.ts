/**
 * The mirror of one terminal: an xterm without a window, which has parsed the
 * output so far and can be painted.
 *
 * It answers nothing that a program asks: nobody listens to its `onData`. The
 * rest of a sequence that is not complete yet is kept and painted last, so that
 * whoever reads on reads on within it.
 */

import { Unicode11Addon } from "@xterm/addon-unicode11";
import { Terminal } from "@xterm/headless";
import { TERMINAL_SCROLLBACK_LINES } from "../../protocol/terminal.ts";
import { Painter } from "./painter.ts";
import {
  bufferState,
  cursorState,
  finalState,
  savedCursor,
  type Size,
} from "./screen_state.ts";
import type { MirrorFacts } from "./screen_message.ts";
import { OpenSequence } from "./open_sequence.ts";
import { type CoreBuffer, coreOf, PARSER_GROUND } from "./xterm_core.ts";

export class Mirror {
  readonly #terminal: Terminal;
  readonly #onBug: (thrown: unknown) => void;
  readonly #open = new OpenSequence();

  constructor(size: Size, onBug: (thrown: unknown) => void) {
    this.#onBug = onBug;
    this.#terminal = new Terminal({
      ...size,
      scrollback: TERMINAL_SCROLLBACK_LINES,
      allowProposedApi: true,
      logLevel: "off",
    });
    // As the page does: both must find the same characters wide.
    this.#terminal.loadAddon(new Unicode11Addon());
    this.#terminal.unicode.activeVersion = "11";
  }

  get size(): Size {
    return { cols: this.#terminal.cols, rows: this.#terminal.rows };
  }

  feed(bytes: Uint8Array): void {
    const { _inputHandler: handler } = coreOf(this.#terminal);
    try {
      handler.parse(bytes);
    } catch (thrown) {
      // xterm 6.0.0 throws at ED 1 in the lower right corner. What follows in
      // these bytes is lost; the next ones find it whole.
      handler._parser.reset();
      this.#onBug(thrown);
    }
    const { currentState } = handler._parser;
    this.#open.push(bytes, currentState === PARSER_GROUND);
  }

  resize({ cols, rows }: Size): void {
    this.#terminal.resize(cols, rows);
  }

  /**
   * Plain lines that follow do nothing but scroll in the normal buffer, when
   * all of it is within the margins, and no sequence has begun.
   */
  facts(): MirrorFacts {
    const { buffers, coreService } = coreOf(this.#terminal);
    const { active, normal } = buffers;
    return {
      isPlain: active === normal && active.scrollTop === 0 &&
        active.scrollBottom === this.#terminal.rows - 1 &&
        this.#open.isEmpty && !this.#terminal.options.convertEol,
      wraps: coreService.decPrivateModes.wraparound,
      column: active.x,
    };
  }

  /** What paints the same on a terminal of this size that was just reset. */
  paint(): Uint8Array<ArrayBuffer> {
    const screen = encoder.encode(this.#paintScreen());
    const open = this.#open.bytes();
    const painting = new Uint8Array(screen.length + open.length);
    painting.set(screen);
    painting.set(open, screen.length);
    return painting;
  }

  #paintScreen(): string {
    const core = coreOf(this.#terminal);
    const { size } = this;
    const { normal, alt, active } = core.buffers;
    const painter = new Painter(core, size);
    const isFull = normal.lines.length === normal.lines.maxLength;
    // After the scrollback was cleared the first line may continue one that
    // is gone; a line for it to continue is cleared away in turn.
    const isCleared = normal.ybase === 0 && !isFull;
    const saved = (buffer: CoreBuffer) => savedCursor(buffer, painter);
    let text = painter.paint(normal, isFull || isCleared, saved(normal));
    if (isCleared && normal.lines.get(0)?.isWrapped) text += "\x1b[3J";
    text += bufferState(normal, size);
    if (active === alt) {
      // A change of size is made around the cursor, also of what is not shown.
      text += cursorState(normal) + "\x1b[?47h\x1b[H" +
        painter.paint(alt, true, saved(alt)) + bufferState(alt, size);
    } else {
      // Its saved cursor outlives it.
      const row = `\x1b[${Math.min(alt.savedY, size.rows - 1) + 1}H`;
      if (saved(alt)) text += `\x1b[?47h${row}${saved(alt)}\x1b[?47l`;
    }
    return text + finalState(this.#terminal, painter, size);
  }

  /** The last lines of what is on the screen and above it, without styles. */
  tail(lines: number): string {
    const { active } = this.#terminal.buffer;
    const texts: string[] = [];
    for (let y = active.length - 1; y >= 0 && texts.length < lines; y--) {
      const text = active.getLine(y)?.translateToString(true) ?? "";
      if (texts.length > 0 || text !== "") texts.unshift(text);
    }
    return texts.join("\n");
  }

  dispose(): void {
    this.#terminal.dispose();
  }
}

const encoder = new TextEncoder();
