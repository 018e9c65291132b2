/**
 * Lets xterm.js draw under a policy that forbids inline styles.
 *
 * It writes `<style>` elements and `style` attributes, both of which
 * `style-src 'self'` refuses. Handed a document from here, its style sheets
 * become constructed ones and its attributes go through the CSSOM, which the
 * policy lets pass: neither can be written by markup. The other way would be
 * `'unsafe-inline'` for the whole page. Seen in xterm.js 6.0; a browser test
 * listens for what the policy blocks.
 */

import type { Terminal } from "@xterm/xterm";

/** What of xterm.js's inside is reached for, as its own add-ons do. */
interface Inside {
  readonly _core: {
    _createRenderer(): { readonly _rowFactory?: { _document: Document } };
  };
}

/** Options that a terminal must be made with for `openQuietly`. */
export function quietOptions(): { documentOverride: Document } {
  return { documentOverride: quietDocument() };
}

/** Opens a terminal that was made with `quietOptions` in `parent`. */
export function openQuietly(terminal: Terminal, parent: HTMLElement): void {
  quietenRows(terminal);
  // The part that draws the scrollbar does not ask which document to use. An
  // own property hides that of the prototype until it is deleted.
  document.createElement = createElement as typeof document.createElement;
  try {
    terminal.open(parent);
  } finally {
    delete (document as Partial<Document>).createElement;
  }
}

/**
 * The DOM renderer makes its rows with the real document. One is made when the
 * terminal opens, and another whenever the graphics card is given up.
 */
function quietenRows(terminal: Terminal): void {
  const { _core: core } = terminal as unknown as Inside;
  const create = core._createRenderer;
  core._createRenderer = () => {
    const renderer = create.call(core);
    if (renderer._rowFactory) renderer._rowFactory._document = quietDocument();
    return renderer;
  };
}

/** The real document, but for what it creates. */
function quietDocument(): Document {
  return new Proxy(document, {
    get(real, name) {
      if (name === "createElement") return createElement;
      const value: unknown = Reflect.get(real, name, real);
      return typeof value === "function" ? value.bind(real) : value;
    },
  });
}

function createElement(name: string): HTMLElement {
  if (name === "style") return quietStyle();
  const element = Document.prototype.createElement.call(document, name);
  // Colours of characters are written into an attribute of these.
  if (name === "span") element.setAttribute = setAttribute;
  return element;
}

function setAttribute(this: HTMLElement, name: string, value: string): void {
  if (name === "style") this.style.cssText = value;
  else Element.prototype.setAttribute.call(this, name, value);
}

/** Looks like a `<style>`: what is written into it holds until it is removed. */
function quietStyle(): HTMLElement {
  const sheet = new CSSStyleSheet();
  const element = Document.prototype.createElement.call(document, "span");
  element.hidden = true;
  Object.defineProperty(element, "textContent", {
    set: (css: string) => sheet.replaceSync(css),
  });
  const { remove } = element;
  element.remove = () => {
    document.adoptedStyleSheets = document.adoptedStyleSheets
      .filter((other) => other !== sheet);
    remove.call(element);
  };
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
  return element;
}
