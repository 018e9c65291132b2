import type { NodeRecord, UnixMs } from "../../server/protocol/node.ts";
import { nameOf, stateAge, stateLine } from "../words.ts";
import { StatusGlyph } from "./status_glyph.tsx";

interface AgentRowProps {
  node: NodeRecord;
  now: UnixMs;
  selected: boolean;
  /** What was typed for it and not sent. */
  draft: string | undefined;
  onSelect: () => void;
}

/** One line of the roster: who, what about, since when. */
export function AgentRow(
  { node, now, selected, draft, onSelect }: AgentRowProps,
) {
  const { state } = node;
  const showsDraft = draft !== undefined && state.kind === "idle";
  const line = showsDraft ? `Draft: ${draft}` : stateLine(node, now);
  return (
    <li>
      <button
        type="button"
        class="agent-row"
        data-state={state.kind}
        data-agent={node.id}
        aria-current={selected ? "page" : undefined}
        onClick={onSelect}
      >
        <StatusGlyph kind={state.kind} />
        <span class="agent-row-name" title={nameOf(node)}>{nameOf(node)}</span>
        <span class="agent-row-time">{stateAge(state, now)}</span>
        <span class="agent-row-line" title={line}>{line}</span>
      </button>
    </li>
  );
}
