/**
 * What we read of xterm's inside, as version 6.0.0 has it. Types, and the way
 * in.
 *
 * Its public interface lacks the scroll region, saved cursors, charsets, and
 * half of a cell's attributes; `package.json` pins the version, and the tests
 * of `painter.ts` fail if another one has moved something.
 */

import type { Terminal } from "@xterm/headless";

/** Replaces characters while it is selected; told apart by identity. */
export type Charset = Readonly<Record<string, string>> | undefined;

export interface ExtendedAttributes {
  readonly underlineColor: number;
  readonly urlId: number;
  /** Where a link does not hide the underline's style. */
  readonly _ext: number;
}

export interface Attributes {
  readonly fg: number;
  readonly bg: number;
  readonly extended: ExtendedAttributes;
}

export interface CoreLine {
  readonly length: number;
  readonly isWrapped: boolean;
  /** Three words a cell: content, foreground, background. */
  readonly _data: Uint32Array;
  readonly _combined: Readonly<Record<number, string>>;
  readonly _extendedAttrs: Readonly<
    Record<number, ExtendedAttributes | undefined>
  >;
}

export interface CoreBuffer {
  readonly lines: {
    readonly length: number;
    readonly maxLength: number;
    get(index: number): CoreLine | undefined;
  };
  readonly x: number;
  readonly y: number;
  readonly ybase: number;
  readonly scrollTop: number;
  readonly scrollBottom: number;
  readonly tabs: Readonly<Record<number, boolean | undefined>>;
  readonly savedX: number;
  readonly savedY: number;
  readonly savedCurAttrData: Attributes;
  readonly savedCharset: Charset;
}

export interface Core {
  readonly buffers: {
    readonly normal: CoreBuffer;
    readonly alt: CoreBuffer;
    readonly active: CoreBuffer;
  };
  readonly coreService: {
    readonly isCursorHidden: boolean;
    readonly modes: { readonly insertMode: boolean };
    readonly decPrivateModes: {
      readonly applicationCursorKeys: boolean;
      readonly applicationKeypad: boolean;
      readonly bracketedPasteMode: boolean;
      readonly cursorBlink: boolean | undefined;
      readonly cursorStyle: "block" | "underline" | "bar" | undefined;
      readonly origin: boolean;
      readonly reverseWraparound: boolean;
      readonly sendFocus: boolean;
      readonly synchronizedOutput: boolean;
      readonly wraparound: boolean;
    };
  };
  readonly coreMouseService: {
    readonly activeProtocol: "NONE" | "X10" | "VT200" | "DRAG" | "ANY";
    readonly activeEncoding: "DEFAULT" | "SGR" | "SGR_PIXELS";
  };
  readonly _charsetService: {
    /** The one in force, which is not always the designated one. */
    readonly charset: Charset;
    readonly glevel: number;
    readonly _charsets: readonly Charset[];
  };
  readonly _oscLinkService: {
    getLinkData(id: number): { id?: string; uri: string } | undefined;
  };
  readonly _inputHandler: {
    readonly _curAttrData: Attributes;
    readonly _windowTitle: string;
    readonly _iconName: string;
    readonly _parser: {
      readonly currentState: number;
      /** Not 0 if the last thing that happened was that a character came. */
      readonly precedingJoinState: number;
      reset(): void;
    };
    /** At once, which the public `write` is not. */
    parse(data: Uint8Array | string): void;
  };
}

/** State of the parser in which no sequence has begun. */
export const PARSER_GROUND = 0;

export function coreOf(terminal: Terminal): Core {
  return (terminal as unknown as { readonly _core: Core })._core;
}
