/** A terminal's sixteen colours and its font, from the page's own tokens. */

import type { ITheme } from "@xterm/xterm";

/** Reads one CSS variable of the page. */
export type ReadToken = (name: string) => string;

export function pageTokens(): ReadToken {
  const style = getComputedStyle(document.documentElement);
  return (name) => style.getPropertyValue(name).trim();
}

/**
 * The names follow what programs mean by them: red is an error, green is fine.
 * Both black and white must be seen on the ground, in a light theme too.
 */
export function themeOf(read: ReadToken): ITheme {
  return {
    background: read("--code"),
    foreground: read("--text"),
    cursor: read("--accent"),
    cursorAccent: read("--code"),
    selectionBackground: read("--pi-selectedBg"),
    selectionInactiveBackground: read("--active"),
    scrollbarSliderBackground: read("--line-strong"),
    scrollbarSliderHoverBackground: read("--text3"),
    scrollbarSliderActiveBackground: read("--text3"),
    overviewRulerBorder: read("--code"),
    black: read("--line-strong"),
    red: read("--pi-error"),
    green: read("--pi-success"),
    yellow: read("--pi-warning"),
    blue: read("--pi-border"),
    magenta: read("--pi-accent"),
    cyan: read("--pi-syntaxVariable"),
    white: read("--text2"),
    brightBlack: read("--border"),
    brightRed: read("--err"),
    brightGreen: read("--ok"),
    brightYellow: read("--warn"),
    brightBlue: read("--info"),
    brightMagenta: read("--accent"),
    brightCyan: read("--pi-syntaxVariable"),
    brightWhite: read("--text"),
  };
}
