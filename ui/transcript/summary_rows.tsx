/** Rows that stand for others, and marks in the history. */

import { Markdown } from "../markdown/markdown.tsx";
import type { Scope } from "./disclosure.ts";
import { Icon } from "./icon.tsx";
import type {
  CaptionRow,
  ExploredRow,
  NoticeRow,
  UnknownRow,
  WorkedRow,
} from "./rows.ts";
import { ToolCard } from "./tool_card.tsx";
import { bytes, plural, span, timeOf } from "./words.ts";

interface ScopedProps<Row> {
  row: Row;
  scope: Scope;
}

export function ExploredView({ row, scope }: ScopedProps<ExploredRow>) {
  const open = scope.disclosure.isOpen(row.key, "tool");
  const ms = row.tools.reduce(
    (sum, tool) => sum + (tool.result?.durationMs ?? 0),
    0,
  );
  return (
    <div class="tx-fold">
      <button
        type="button"
        class="tx-fold-head"
        aria-expanded={open}
        onClick={() => scope.disclosure.set(row.key, !open)}
      >
        <Icon name="check" />
        <span class="tx-fold-title">{exploredWords(row)}</span>
        <span class="tx-fold-detail">{toolCounts(row)}</span>
        {ms >= 100 && <span class="tx-elapsed">{span(ms)}</span>}
        <Icon name="chevron" />
      </button>
      {open && (
        <div class="tx-fold-body">
          {row.tools.map((tool) => (
            <ToolCard key={tool.key} row={tool} scope={scope} />
          ))}
        </div>
      )}
    </div>
  );
}

function exploredWords(row: ExploredRow): string {
  const files = new Set(
    row.tools.filter((tool) => tool.name === "read").map((tool) =>
      String(tool.args?.path ?? tool.id)
    ),
  );
  if (files.size === 0) return `Searched ${row.tools.length} times`;
  return `Explored ${plural(files.size, "file")}`;
}

function toolCounts(row: ExploredRow): string {
  const counts = new Map<string, number>();
  for (const { name } of row.tools) {
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return [...counts].map(([name, count]) => `${name} ×${count}`).join(", ");
}

export function WorkedView({ row, scope }: ScopedProps<WorkedRow>) {
  const facts = [plural(row.tools, "tool")];
  if (row.files > 0) facts.push(`${plural(row.files, "file")} changed`);
  return (
    <div class="tx-fold" data-open={row.open}>
      <button
        type="button"
        class="tx-fold-head"
        aria-expanded={row.open}
        onClick={() => scope.disclosure.set(row.key, !row.open)}
      >
        <Icon name="check" />
        <span class="tx-fold-title">
          {row.ms > 0 ? `Worked ${span(row.ms)}` : "Worked"}
        </span>
        <span class="tx-fold-detail">{facts.join(", ")}</span>
        <Icon name="chevron" />
      </button>
    </div>
  );
}

export function CaptionView({ row, scope }: ScopedProps<CaptionRow>) {
  const open = scope.disclosure.isOpen(row.key, "thinking");
  return (
    <div class="tx-caption">
      <button
        type="button"
        class="tx-caption-head"
        aria-expanded={open}
        onClick={() => scope.disclosure.set(row.key, !open)}
      >
        <span>{row.title}, {timeOf(row.at)}</span>
      </button>
      {open && <Markdown text={row.text} />}
    </div>
  );
}

export function NoticeView({ row }: { row: NoticeRow }) {
  if (row.tone === "cut") {
    return <p class="tx-cut">{bytes(Number(row.text))} not shown</p>;
  }
  return (
    <div class="tx-notice" data-tone={row.tone}>
      <Icon name={row.tone === "error" ? "alert" : "stop"} />
      <span class="tx-notice-text">{row.text}</span>
    </div>
  );
}

export function UnknownView({ row }: { row: UnknownRow }) {
  return (
    <div class="tx-custom">
      <div class="tx-custom-label">{row.role}</div>
      <pre class="tx-output">{row.text}</pre>
    </div>
  );
}
