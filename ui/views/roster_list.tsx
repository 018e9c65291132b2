/** Every agent: who waits for a person first, then machine and project. */

import { AgentRow } from "../components/agent_row.tsx";
import { Boundary } from "../components/boundary.tsx";
import { Icon } from "../components/icon.tsx";
import type { NodeRecord } from "../../server/protocol/node.ts";
import type { RosterGroup } from "../models/roster.ts";
import type { Page } from "../page.ts";
import { nameOf, stateWord } from "../words.ts";

interface RosterListProps {
  page: Page;
}

export function RosterList({ page }: RosterListProps) {
  const { needsYou, groups } = page.roster.roster.value;
  const only = page.roster.only.value;
  return (
    <div class="roster">
      <Filter page={page} />
      {only !== undefined && needsYou.length + groups.length === 0 && (
        <p class="roster-none">None of that state</p>
      )}
      {needsYou.length > 0 && (
        <section aria-labelledby="needs-you">
          <h2 class="roster-head" id="needs-you">
            Needs you
            <span class="roster-count">{needsYou.length}</span>
          </h2>
          <ul>
            {needsYou.map((node) => (
              <Row key={node.id} node={node} page={page} />
            ))}
          </ul>
        </section>
      )}
      {groups.map((group) => (
        <Group
          key={group.key}
          group={group}
          page={page}
        />
      ))}
    </div>
  );
}

/** A button for each state that occurs; with one state there is no choice. */
function Filter({ page }: RosterListProps) {
  const { counts, only, toggleOnly } = page.roster;
  const chosen = only.value;
  const isChosenGone = chosen !== undefined &&
    !counts.value.some(([kind]) => kind === chosen);
  const offered = isChosenGone
    ? [...counts.value, [chosen, 0] as const]
    : counts.value;
  if (offered.length < 2) return null;
  return (
    <div class="filter" role="group" aria-label="Show only">
      {offered.map(([kind, count]) => (
        <button
          key={kind}
          type="button"
          aria-pressed={kind === chosen}
          aria-label={`${count} ${stateWord(kind)}`}
          title={`Show only: ${stateWord(kind)}`}
          onClick={() => toggleOnly(kind)}
        >
          <span class="status" data-state={kind} aria-hidden="true" />
          {count}
        </button>
      ))}
    </div>
  );
}

function Group({ group, page }: { group: RosterGroup; page: Page }) {
  const { key, project, machine, nodes, counts } = group;
  const isClosed = page.appearance.collapsed.value.has(key);
  return (
    <section aria-label={`${project} on ${machine}`}>
      <h2 class="roster-group">
        <button
          type="button"
          class="roster-head"
          aria-expanded={!isClosed}
          title={key.slice(machine.length + 1)}
          onClick={() => page.appearance.toggleGroup(key)}
        >
          <Icon name={isClosed ? "chevron-right" : "folder"} size={12} />
          <span class="roster-project">{project}</span>
          {isClosed
            ? <Counts counts={counts} />
            : nodes.length > 1 && <span class="number">{nodes.length}</span>}
          <span class="roster-machine">{machine}</span>
        </button>
      </h2>
      {!isClosed && (
        <ul>
          {nodes.map((node) => <Row key={node.id} node={node} page={page} />)}
        </ul>
      )}
    </section>
  );
}

function Counts({ counts }: Pick<RosterGroup, "counts">) {
  return (
    <span class="roster-counts">
      {counts.map(([kind, count]) => (
        <span key={kind} title={`${count} ${stateWord(kind)}`}>
          <span class="status" data-state={kind} aria-hidden="true" />
          {count}
        </span>
      ))}
    </span>
  );
}

/** Reads the clock and the selection itself, so that only it is drawn anew. */
function Row({ node, page }: { node: NodeRecord; page: Page }) {
  return (
    <Boundary what={`agent ${nameOf(node)}`}>
      <LiveRow node={node} page={page} />
    </Boundary>
  );
}

function LiveRow({ node, page }: { node: NodeRecord; page: Page }) {
  const { navigation, drafts, clock } = page;
  return (
    <AgentRow
      node={node}
      now={clock.now.value}
      selected={navigation.agent.value === node.id}
      draft={drafts.texts.value.get(node.id)}
      onSelect={() => navigation.go({ kind: "agent", id: node.id })}
    />
  );
}
