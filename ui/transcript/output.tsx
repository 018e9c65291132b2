/** Lines of a tool's output, coloured, and how many are not shown. */

import { Component, type ComponentChildren } from "preact";
import { runsOf } from "./ansi.ts";
import { plural } from "./words.ts";

/** An opened card draws at most so many; `Copy` gives all. */
const MAX_LINES = 2_000;

/** A longer line is cut: the browser lays it out as a whole. */
const MAX_LINE_CHARS = 4_000;

interface OutputProps {
  text: string;
  lines: number;
  from: "start" | "end";
  onMore?: () => void;
}

export class Output extends Component<OutputProps> {
  override shouldComponentUpdate(next: OutputProps): boolean {
    const { text, lines, from } = this.props;
    return text !== next.text || lines !== next.lines || from !== next.from;
  }

  override render({ text, lines, from, onMore }: OutputProps) {
    const { shown, hidden } = cutLines(text, Math.min(lines, MAX_LINES), from);
    if (shown.length === 0) return null;
    const more = hidden > 0 && (
      <More hidden={hidden} from={from} onMore={onMore} />
    );
    return (
      <pre class="tx-output" data-from={from}>
        {from === "end" && more}
        {runs(shown)}
        {from === "start" && more}
      </pre>
    );
  }
}

/** Runs of lines as text; only what has a style gets an element. */
function runs(lines: readonly string[]): ComponentChildren {
  return lines.flatMap((line, i) => {
    const isLong = line.length > MAX_LINE_CHARS;
    const shown = isLong ? `${line.slice(0, MAX_LINE_CHARS)} …` : line;
    const parts = runsOf(shown).map(({ text, style }, j) =>
      style ? <span key={`${i}/${j}`} class={style}>{text}</span> : text
    );
    return i === 0 ? parts : ["\n", ...parts];
  });
}

interface MoreProps {
  hidden: number;
  from: "start" | "end";
  onMore: (() => void) | undefined;
}

function More({ hidden, from, onMore }: MoreProps) {
  const where = from === "end" ? "earlier" : "more";
  const words = `… ${plural(hidden, `${where} line`)}`;
  if (!onMore) return <div class="tx-more">{words}</div>;
  return <button type="button" class="tx-more" onClick={onMore}>{words}
  </button>;
}

/** Reads only the end it needs: a running tool may have printed megabytes. */
export function cutLines(
  text: string,
  count: number,
  from: "start" | "end",
): { shown: string[]; hidden: number } {
  const body = text.replace(/\n+$/, "");
  if (body === "") return { shown: [], hidden: 0 };
  const lines = body.split("\n");
  const shown = from === "end" ? lines.slice(-count) : lines.slice(0, count);
  return { shown, hidden: lines.length - shown.length };
}
