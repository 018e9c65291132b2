/**
 * A long text in pieces of 40 lines, each one text node in a `<div>`.
 *
 * Text added at the end is appended to the last node, so the browser lays out
 * 40 lines again and not the whole block. The component draws itself once and
 * then writes to its own nodes; Preact never looks inside.
 */

import { Component, createRef } from "preact";
import { Paint } from "./paint.ts";

const LINES_PER_PIECE = 40;

/** Code that still grows is coloured when it pauses. */
const PAINT_AFTER_MS = 120;

interface CodeTextProps {
  text: string;
  /** Its colours; undefined or unknown for none. */
  lang?: string;
}

export class CodeText extends Component<CodeTextProps> {
  readonly #root = createRef<HTMLElement>();
  readonly #paint = new Paint();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #written = "";
  #last: Text | undefined;
  #lines = 0;

  override componentDidMount(): void {
    this.#write(this.props.text);
  }

  override shouldComponentUpdate(next: CodeTextProps): boolean {
    this.#write(next.text);
    return false;
  }

  override componentWillUnmount(): void {
    clearTimeout(this.#timer);
    this.#paint.clear();
  }

  #write(text: string): void {
    const root = this.#root.current;
    if (!root || text === this.#written) return;
    if (!text.startsWith(this.#written)) {
      root.replaceChildren();
      this.#paint.clear();
      this.#written = "";
      this.#last = undefined;
      this.#lines = 0;
    }
    for (const line of linesOf(text.slice(this.#written.length))) {
      this.#add(root, line);
    }
    this.#written = text;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#colour(root), PAINT_AFTER_MS);
  }

  #colour(root: HTMLElement): void {
    const nodes = [...root.children].map((piece) => piece.firstChild as Text);
    this.#paint.apply(nodes, this.#written, this.props.lang ?? "");
  }

  #add(root: HTMLElement, piece: string): void {
    if (!this.#last || this.#lines >= LINES_PER_PIECE) {
      this.#last = document.createTextNode("");
      const box = document.createElement("div");
      box.append(this.#last);
      root.append(box);
      this.#lines = 0;
    }
    this.#last.appendData(piece);
    if (piece.endsWith("\n")) this.#lines += countLines(piece);
  }

  override render() {
    return <code ref={this.#root} />;
  }
}

/** Cuts at every fortieth line end, so that no piece takes more than it may. */
function* linesOf(text: string): Generator<string> {
  let start = 0;
  while (start < text.length) {
    const newline = text.indexOf("\n", start);
    const end = newline < 0 ? text.length : newline + 1;
    yield text.slice(start, end);
    start = end;
  }
}

function countLines(text: string): number {
  return text.split("\n").length - 1;
}
