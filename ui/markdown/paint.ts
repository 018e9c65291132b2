/**
 * Colours code by the Custom Highlight API: ranges over text that is there.
 *
 * No element is made for a token, so coloured code costs as many nodes as
 * plain code, and its text can still be added to piece by piece. Browsers
 * without the API show it plain.
 */

import { type SyntaxKind, syntaxOf } from "./syntax.ts";

/**
 * Over all code on the page. The browser looks at every range when text
 * changes: 3,600 of them halve the frames of a slow phone while an answer
 * streams. Code for which there is no room stays plain.
 */
const MAX_RANGES = 1_500;

let painted = 0;

const KINDS: readonly SyntaxKind[] = [
  "comment",
  "string",
  "number",
  "keyword",
  "type",
  "function",
];

interface Painted {
  readonly highlight: Highlight;
  readonly range: StaticRange;
}

/** The colours of one block of code. */
export class Paint {
  #ranges: Painted[] = [];

  /** Colours `nodes`, whose texts together are `code`. */
  apply(nodes: readonly Text[], code: string, lang: string): void {
    this.clear();
    if (typeof Highlight === "undefined" || !CSS.highlights) return;
    const tokens = syntaxOf(code, lang);
    if (painted + tokens.length > MAX_RANGES) return;
    let index = 0;
    let base = 0;
    for (const { start, end, kind } of tokens) {
      while (nodes[index] && base + nodes[index]!.length <= start) {
        base += nodes[index++]!.length;
      }
      const node = nodes[index];
      if (!node) return;
      // A comment over two pieces is coloured in the first, which is enough.
      const range = new StaticRange({
        startContainer: node,
        startOffset: start - base,
        endContainer: node,
        endOffset: Math.min(node.length, end - base),
      });
      const highlight = highlightOf(kind);
      highlight.add(range);
      this.#ranges.push({ highlight, range });
      painted++;
    }
  }

  clear(): void {
    for (const { highlight, range } of this.#ranges) highlight.delete(range);
    painted -= this.#ranges.length;
    this.#ranges = [];
  }
}

function highlightOf(kind: SyntaxKind): Highlight {
  const name = `syntax-${kind}`;
  const known = CSS.highlights.get(name);
  if (known) return known;
  for (const each of KINDS) {
    const highlight = new Highlight();
    // What is searched for shows above what it is.
    highlight.priority = -1;
    CSS.highlights.set(`syntax-${each}`, highlight);
  }
  return CSS.highlights.get(name)!;
}
