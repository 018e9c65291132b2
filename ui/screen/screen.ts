/**
 * One terminal's screen: xterm.js with its add-ons, in an element of its own
 * that can be moved from place to place.
 *
 * Framework-free, and a chunk of its own: the page loads it with its first
 * terminal. Knows bytes, keys and pixels; not where the bytes come from.
 */

import { ClipboardAddon } from "@xterm/addon-clipboard";
import { FitAddon } from "@xterm/addon-fit";
import { SearchAddon } from "@xterm/addon-search";
import { Unicode11Addon } from "@xterm/addon-unicode11";
import { WebLinksAddon } from "@xterm/addon-web-links";
import { Terminal } from "@xterm/xterm";
import {
  TERMINAL_SCROLLBACK_LINES,
  type TerminalSize,
} from "../../server/protocol/terminal.ts";
import type {
  Screen,
  ScreenEvents,
  TerminalLook,
} from "../models/terminal_screen.ts";
import { limitAnswers } from "./answers.ts";
import { copyText, writeOnlyClipboard } from "./clipboard.ts";
import { followLink, linkHandler } from "./links.ts";
import { openQuietly, quietOptions } from "./quiet_document.ts";
import { pageTokens, themeOf } from "./theme.ts";
import { listenToTouch, scrollBy } from "./touch.ts";
import { drawByGpu } from "./webgl.ts";

/** Wait for the end of a drag or a keyboard's slide before asking for a size. */
const FIT_AFTER_MS = 60;

/** The marks of a search lie on it as well. */
const SCROLLBAR_PX = 10;

const NOTHING = new Uint8Array();

export class TerminalScreen implements Screen {
  readonly #host = document.createElement("div");
  readonly #terminal: Terminal;
  readonly #fit = new FitAddon();
  readonly #search = new SearchAddon();
  readonly #events: ScreenEvents;
  readonly #resizes: ResizeObserver;
  #look: TerminalLook;
  #fitTimer: ReturnType<typeof setTimeout> | undefined;
  #room: TerminalSize | undefined;
  #stopGpu: (() => void) | undefined;
  #stopTouch: (() => void) | undefined;

  constructor(events: ScreenEvents, look: TerminalLook) {
    this.#events = events;
    this.#look = look;
    this.#host.className = "terminal-host";
    this.#terminal = new Terminal({
      ...quietOptions(),
      // Search marks its hits by way of it, and widths come from Unicode 11.
      allowProposedApi: true,
      cursorBlink: false,
      fontFamily: pageTokens()("--mono"),
      fontSize: look.fontSize,
      lineHeight: 1.2,
      linkHandler: linkHandler(this.#host),
      macOptionIsMeta: true,
      // Programs choose colours for a ground that they only guess.
      minimumContrastRatio: 4.5,
      overviewRuler: { width: SCROLLBAR_PX },
      rescaleOverlappingGlyphs: true,
      screenReaderMode: look.screenReader,
      scrollback: TERMINAL_SCROLLBACK_LINES,
      theme: themeOf(pageTokens()),
    });
    this.#resizes = new ResizeObserver(() => this.#fitSoon());
    this.#load();
    this.#listen();
  }

  reset(size: TerminalSize): void {
    // In turn: what was written before is parsed first.
    this.#terminal.write(NOTHING, () => {
      this.#terminal.reset();
      this.#terminal.resize(size.cols, size.rows);
    });
  }

  resize({ cols, rows }: TerminalSize): void {
    this.#terminal.write(NOTHING, () => this.#terminal.resize(cols, rows));
  }

  write(bytes: Uint8Array, taken: () => void): void {
    this.#terminal.write(bytes, taken);
  }

  mount(place: HTMLElement): void {
    place.append(this.#host);
    if (!this.#terminal.element) this.#open();
    this.#resizes.observe(this.#host);
    this.#stopTouch ??= listenToTouch(this.#host, {
      fontSize: () => this.#look.fontSize,
      setFontSize: (px) => this.#events.onFontSize(px),
      scroll: (lines, event) => scrollBy(this.#terminal, lines, event),
      linePx: () =>
        (this.#terminal.element?.clientHeight ?? 0) / this.#terminal.rows,
    });
    this.#stopGpu ??= drawByGpu(this.#terminal);
    // It was drawn last where it may have had no size at all.
    this.#terminal.refresh(0, this.#terminal.rows - 1);
    this.#fitNow();
  }

  unmount(place: HTMLElement): void {
    if (this.#host.parentElement !== place) return;
    this.#resizes.disconnect();
    this.#stopGpu?.();
    this.#stopGpu = undefined;
    this.#host.remove();
  }

  focus(): void {
    this.#terminal.focus();
  }

  look(look: TerminalLook): void {
    this.#look = look;
    this.#terminal.options.fontSize = look.fontSize;
    this.#terminal.options.screenReaderMode = look.screenReader;
    this.#fitSoon();
  }

  recolour(): void {
    this.#terminal.options.theme = themeOf(pageTokens());
  }

  setRawKeys(isOn: boolean): void {
    const { textarea } = this.#terminal;
    // A field that cannot be written to brings up no keyboard.
    if (textarea) textarea.readOnly = !isOn;
  }

  paste(text: string): void {
    this.#terminal.paste(text);
  }

  get hasApplicationCursor(): boolean {
    return this.#terminal.modes.applicationCursorKeysMode;
  }

  find(words: string, direction: "next" | "previous"): void {
    const read = pageTokens();
    const options = {
      incremental: false,
      decorations: {
        matchBackground: read("--pi-searchMatchBg"),
        activeMatchBackground: read("--pi-selectedBg"),
        activeMatchBorder: read("--accent"),
        matchOverviewRuler: read("--warn"),
        activeMatchColorOverviewRuler: read("--accent"),
      },
    };
    if (direction === "next") this.#search.findNext(words, options);
    else this.#search.findPrevious(words, options);
  }

  endFind(): void {
    this.#search.clearDecorations();
    this.#terminal.clearSelection();
  }

  copySelection(): Promise<boolean> {
    return copyText(this.#terminal.getSelection());
  }

  text(): string {
    const { active } = this.#terminal.buffer;
    const lines: string[] = [];
    for (let at = 0; at < active.length; at++) {
      const line = active.getLine(at);
      const text = line?.translateToString(true) ?? "";
      if (line?.isWrapped) lines.push((lines.pop() ?? "") + text);
      else lines.push(text);
    }
    return lines.join("\n").trimEnd();
  }

  dispose(): void {
    clearTimeout(this.#fitTimer);
    this.#resizes.disconnect();
    this.#stopTouch?.();
    this.#stopGpu?.();
    this.#terminal.dispose();
    this.#host.remove();
  }

  #load(): void {
    const terminal = this.#terminal;
    terminal.loadAddon(this.#fit);
    terminal.loadAddon(this.#search);
    terminal.loadAddon(new Unicode11Addon());
    terminal.unicode.activeVersion = "11";
    terminal.loadAddon(new WebLinksAddon(followLink));
    terminal.loadAddon(new ClipboardAddon(undefined, writeOnlyClipboard));
    limitAnswers(terminal, () => this.#events.mayAnswer());
  }

  #open(): void {
    openQuietly(this.#terminal, this.#host);
    // The cursor is drawn from the first focus on, which never comes where a
    // line field does the typing. As if it had come and gone:
    this.#terminal.textarea?.dispatchEvent(new FocusEvent("focus"));
    this.#terminal.textarea?.dispatchEvent(new FocusEvent("blur"));
  }

  #listen(): void {
    const terminal = this.#terminal;
    const encoder = new TextEncoder();
    terminal.onData((text) => this.#events.onInput(encoder.encode(text)));
    terminal.onKey(({ key }) => {
      if (key.length === 1 && key > " ") this.#events.onLetter();
    });
    // Reports of the mouse in its oldest encoding are no text.
    terminal.onBinary((text) =>
      this.#events.onInput(Uint8Array.from(text, (c) => c.charCodeAt(0)))
    );
    this.#search.onDidChangeResults(({ resultIndex, resultCount }) =>
      this.#events.onFound({ at: resultIndex + 1, of: resultCount })
    );
    terminal.attachCustomKeyEventHandler((event) => this.#isForProgram(event));
    this.#host.addEventListener("pointerup", () => {
      if (this.#look.copyOnRelease) void this.copySelection();
    });
  }

  #isForProgram(event: KeyboardEvent): boolean {
    if (event.type !== "keydown") return true;
    const { ctrlKey, shiftKey, altKey, metaKey, code } = event;
    if (ctrlKey && shiftKey && !altKey && !metaKey) {
      // The browser pastes by itself, where it is allowed to.
      if (code === "KeyV") return false;
      if (code === "KeyC") {
        event.preventDefault();
        void this.copySelection();
        return false;
      }
    }
    return !this.#events.isPageKey(event);
  }

  #fitSoon(): void {
    clearTimeout(this.#fitTimer);
    this.#fitTimer = setTimeout(() => this.#fitNow(), FIT_AFTER_MS);
  }

  #fitNow(): void {
    const room = this.#fit.proposeDimensions();
    if (!room || !Number.isFinite(room.cols) || !Number.isFinite(room.rows)) {
      return; // Not to be seen just now.
    }
    if (room.cols === this.#room?.cols && room.rows === this.#room.rows) return;
    this.#room = room;
    this.#events.onRoom(room);
  }
}
