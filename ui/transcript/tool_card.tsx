/**
 * One tool call: a header that says what and how it went, and a body with as
 * much as its kind deserves. Pressing the header shows all of it.
 */

import { Icon } from "./icon.tsx";
import type { Scope } from "./disclosure.ts";
import { countChanges, diffOfEdit } from "./diff.ts";
import { type ToolRow, toolState } from "./rows.ts";
import { outputOf } from "./texts.ts";
import { ToolBody } from "./tool_body.tsx";
import { factsOf, peekTarget } from "./tool_facts.ts";
import { clock, span } from "./words.ts";

interface ToolCardProps {
  row: ToolRow;
  scope: Scope;
}

const STATES = { running: "running", done: "done", failed: "failed" };

export function ToolCard({ row, scope }: ToolCardProps) {
  const state = toolState(row);
  const { disclosure } = scope;
  const open = disclosure.isOpen(row.key, "tool", state === "failed");
  const facts = factsOf(row.name);
  const target = row.args
    ? facts.target(row.args, scope.cwd.value)
    : peekTarget(row.json?.value ?? "");
  return (
    <div class="tx-tool" data-state={state}>
      <button
        type="button"
        class="tx-tool-head"
        aria-expanded={open}
        onClick={() => disclosure.set(row.key, !open)}
      >
        <Icon name={facts.icon} />
        <span class="tx-tool-name">{row.name}</span>
        <span class="tx-tool-target" title={target}>{target}</span>
        <Summary row={row} />
        <span class="tx-hidden">{STATES[state]}</span>
        <Elapsed row={row} scope={scope} />
        <Icon name="chevron" />
      </button>
      <ToolBody
        row={row}
        open={open}
        onMore={() => disclosure.set(row.key, true)}
      />
    </div>
  );
}

/** What came out of it, in a word. */
function Summary({ row }: { row: ToolRow }) {
  if (row.name === "edit" && row.args) {
    const lines = diffOfEdit(row.args, row.result?.details);
    const { added, removed } = countChanges(lines);
    return (
      <span class="tx-counts">
        {added > 0 && <span class="tx-added">+{added}</span>}
        {removed > 0 && <span class="tx-removed">−{removed}</span>}
      </span>
    );
  }
  if (toolState(row) !== "failed") return null;
  const code = /exited with code (\d+)/.exec(outputOf(row).slice(-200))?.[1];
  return <span class="tx-removed">{code ? `exit ${code}` : "failed"}</span>;
}

/** A clock while it runs, the duration after. */
function Elapsed({ row, scope }: ToolCardProps) {
  if (toolState(row) === "running") {
    const startedAt = row.live?.run.startedAt;
    return (
      <span class="tx-elapsed">
        {startedAt !== undefined && clock(scope.now.value - startedAt)}
        <span class="tx-ring" aria-hidden="true" />
      </span>
    );
  }
  const ms = row.result?.durationMs ?? row.live?.run.durationMs;
  if (ms === undefined || ms < 1_000) return null;
  return <span class="tx-elapsed">{span(ms)}</span>;
}
