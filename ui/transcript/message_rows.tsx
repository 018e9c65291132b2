/** Rows of what was said: prompts, answers, thinking, an extension's words. */

import { Markdown } from "../markdown/markdown.tsx";
import type { Scope } from "./disclosure.ts";
import { Icon } from "./icon.tsx";
import { Images, imagesOf } from "./images.tsx";
import { Output } from "./output.tsx";
import type {
  BashRow,
  CustomRow,
  TextRow,
  ThinkingRow,
  UserRow,
} from "./rows.ts";
import { textOf } from "./texts.ts";
import { bytes, roughSpan } from "./words.ts";

export function UserView({ row }: { row: UserRow }) {
  const { content } = row.message;
  const text = textOf(content);
  return (
    <div class="tx-user">
      {text && <div class="tx-user-text">{text}</div>}
      <Images images={imagesOf(content)} />
      <Cut bytes={row.cutBytes} />
    </div>
  );
}

interface LiveProps<Row> {
  row: Row;
  scope: Scope;
}

export function TextView({ row, scope }: LiveProps<TextRow>) {
  return (
    <div class="tx-text" data-live={row.live !== undefined}>
      <Markdown text={shownText(row, scope)} growing={row.live !== undefined} />
    </div>
  );
}

/**
 * Out of sight below a reader, growing text only costs time and, in engines
 * without scroll anchoring, moves what is read.
 */
function shownText({ live, text }: TextRow, { held }: Scope): string {
  if (!live) return text;
  return held.value ? live.peek() : live.value;
}

export function ThinkingView({ row, scope }: LiveProps<ThinkingRow>) {
  const open = scope.disclosure.isOpen(row.key, "thinking");
  const text = row.live ? row.live.value : row.text;
  return (
    <div class="tx-thinking">
      <button
        type="button"
        class="tx-thinking-head"
        aria-expanded={open}
        onClick={() => scope.disclosure.set(row.key, !open)}
      >
        <Icon name="brain" />
        <span>{thinkingWords(row, scope)}</span>
        <Icon name="chevron" />
        {row.live && !open && (
          <span class="tx-thinking-last">{lastLine(text)}</span>
        )}
      </button>
      {open && (
        <div class="tx-thinking-text">
          <Markdown text={text} growing={row.live !== undefined} />
        </div>
      )}
    </div>
  );
}

function thinkingWords(row: ThinkingRow, scope: Scope): string {
  if (row.startedAt !== undefined) {
    return `Thinking… ${roughSpan(scope.now.value - row.startedAt)}`;
  }
  const ms = scope.thoughts.value.get(row.key);
  // How long is known only to a page that watched; none is better than wrong.
  return ms === undefined ? "Thought" : `Thought for ${roughSpan(ms)}`;
}

function lastLine(text: string): string {
  const end = text.trimEnd();
  return end.slice(end.lastIndexOf("\n") + 1).slice(-160);
}

export function CustomView({ row }: { row: CustomRow }) {
  const { customType, content } = row.message;
  return (
    <div class="tx-custom">
      <div class="tx-custom-label">{customType}</div>
      <Markdown text={textOf(content)} />
      <Images images={imagesOf(content)} />
      <Cut bytes={row.cutBytes} />
    </div>
  );
}

/** What a person ran in the terminal with `!`. */
export function BashView({ row, scope }: LiveProps<BashRow>) {
  const { command, output, exitCode } = row.message;
  const failed = exitCode !== undefined && exitCode !== 0;
  const open = scope.disclosure.isOpen(row.key, "tool", failed);
  return (
    <div class="tx-tool tx-bash" data-state={failed ? "failed" : "done"}>
      <button
        type="button"
        class="tx-tool-head"
        aria-expanded={open}
        onClick={() => scope.disclosure.set(row.key, !open)}
      >
        <Icon name="terminal" />
        <span class="tx-tool-name">you ran</span>
        <span class="tx-tool-target" title={command}>{command}</span>
        {failed && <span class="tx-removed">exit {exitCode}</span>}
        <Icon name="chevron" />
      </button>
      <Output
        text={output}
        lines={open ? Infinity : 5}
        from="end"
        onMore={() => scope.disclosure.set(row.key, true)}
      />
      <Cut bytes={row.cutBytes} />
    </div>
  );
}

function Cut({ bytes: count }: { bytes: number }) {
  if (count === 0) return null;
  return <p class="tx-cut">{bytes(count)} not shown</p>;
}
