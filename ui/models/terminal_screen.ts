/** What a model needs of a screen, and what a screen asks of it. Types only. */

import type { TerminalSize } from "../../server/protocol/terminal.ts";
import type { FeedScreen } from "./terminal_feed.ts";

/** How this browser wants its terminals to look and behave. */
export interface TerminalLook {
  /** In px. */
  readonly fontSize: number;
  readonly copyOnRelease: boolean;
  /** Says aloud what is printed, and offers the screen as text. */
  readonly screenReader: boolean;
  /** On a touch screen keys go straight to the program, not by way of a line. */
  readonly rawKeys: boolean;
}

export interface ScreenEvents {
  /** Typed, pasted, or answered to the program. */
  onInput(bytes: Uint8Array<ArrayBuffer>): void;
  /** A person typed a letter, which is no answer to a menu. */
  onLetter(): void;
  /** So much there is room for, at the wanted size of the text. */
  onRoom(size: TerminalSize): void;
  onFound(found: Found): void;
  /** Fingers have changed the size of the text. */
  onFontSize(px: number): void;
  /** Whether this screen is the one that answers the program's questions. */
  mayAnswer(): boolean;
  /** A key that is the page's, not the program's. */
  isPageKey(event: KeyboardEvent): boolean;
}

/** What a search in the scrollback came to; `at` counts from 1, 0 is none. */
export interface Found {
  readonly at: number;
  readonly of: number;
}

export interface Screen extends FeedScreen {
  /** Shows itself in `place` from now on. */
  mount(place: HTMLElement): void;
  /** Leaves `place`, if it is still there. */
  unmount(place: HTMLElement): void;
  focus(): void;
  look(look: TerminalLook): void;
  /** Reads the page's colours again. */
  recolour(): void;
  /** The keyboard of a phone stays away until this is true. */
  setRawKeys(isOn: boolean): void;
  /** As if it were typed: into the program's bracketed paste, if it has that. */
  paste(text: string): void;
  /** Whether arrows are sent in the way of full-screen programs. */
  readonly hasApplicationCursor: boolean;
  find(words: string, direction: "next" | "previous"): void;
  endFind(): void;
  copySelection(): Promise<boolean>;
  /** Screen and scrollback as plain text. */
  text(): string;
  dispose(): void;
}
