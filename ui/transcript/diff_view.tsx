/** A diff as a table: line numbers, signs, marks within a changed line. */

import { type DiffLine } from "./diff.ts";
import { plural } from "./words.ts";

const WORDS = {
  added: "added",
  removed: "removed",
  context: "unchanged",
  gap: "left out",
};
const SIGNS = { added: "+", removed: "−", context: "", gap: "" };

interface DiffViewProps {
  label: string;
  lines: readonly DiffLine[];
  limit: number;
  onMore: () => void;
}

export function DiffView({ label, lines, limit, onMore }: DiffViewProps) {
  const hidden = lines.length - limit;
  return (
    <div class="tx-diff-box">
      <div
        class="tx-diff"
        role="table"
        aria-label={`Diff of ${label}`}
        tabIndex={0}
      >
        {lines.slice(0, limit).map((line, i) => (
          <DiffRow
            key={i}
            line={line}
          />
        ))}
      </div>
      {hidden > 0 && (
        <button type="button" class="tx-more" onClick={onMore}>
          … {plural(hidden, "more line")}
        </button>
      )}
    </div>
  );
}

function DiffRow({ line }: { line: DiffLine }) {
  const { kind, number, parts } = line;
  return (
    <div role="row" data-kind={kind}>
      <span role="cell" class="tx-diff-number">{number ?? ""}</span>
      <span
        role="cell"
        class="tx-diff-sign"
        aria-label={WORDS[kind]}
      >
        {SIGNS[kind]}
      </span>
      <span role="cell" class="tx-diff-text">
        {kind === "gap"
          ? "⋯"
          : parts.map(({ text, marked }, i) =>
            marked ? <mark key={i}>{text}</mark> : text
          )}
      </span>
    </div>
  );
}
