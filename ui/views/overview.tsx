/** What a wide screen shows while no agent is open: who needs what. */

import type { NodeRecord, NodeStateKind } from "../../server/protocol/node.ts";
import { AgentRow } from "../components/agent_row.tsx";
import { Kbd } from "../components/kbd.tsx";
import { IS_MAC, sayKeys } from "../keys.ts";
import type { Page } from "../page.ts";
import { LinkBanner } from "./link_banner.tsx";

interface OverviewProps {
  page: Page;
}

const PARTS: readonly { kind: NodeStateKind; title: string }[] = [
  { kind: "waiting", title: "Needs you" },
  { kind: "working", title: "Working" },
  { kind: "error", title: "Failed" },
  { kind: "done", title: "Finished, not looked at" },
];

export function Overview({ page }: OverviewProps) {
  const all = page.nodes.all.value;
  const parts = PARTS.map((part) => ({
    ...part,
    nodes: all
      .filter((node) => node.state.kind === part.kind)
      .sort((a, b) => a.state.since - b.state.since),
  })).filter((part) => part.nodes.length > 0);
  const live = all.filter((node) => node.state.kind !== "offline").length;
  return (
    <main class="stage" id="stage">
      <LinkBanner page={page} link={page.registry} />
      <div class="overview">
        <h1>{sayHeadline(parts.map((part) => part.nodes.length), parts)}</h1>
        <p class="overview-facts">
          {live} of {all.length} agents online. <Kbd keys="J" />{" "}
          <Kbd keys="K" /> walk through them,{" "}
          <Kbd keys={sayKeys("mod+k", IS_MAC)} /> finds one.
        </p>
        {parts.map(({ kind, title, nodes }) => (
          <section key={kind} class="overview-part">
            <h2>
              {title} <span class="number">{nodes.length}</span>
            </h2>
            <ul>
              {nodes.map((node) => (
                <OverviewRow key={node.id} node={node} page={page} />
              ))}
            </ul>
          </section>
        ))}
      </div>
    </main>
  );
}

function OverviewRow({ node, page }: { node: NodeRecord; page: Page }) {
  return (
    <AgentRow
      node={node}
      now={page.clock.now.value}
      selected={false}
      draft={undefined}
      onSelect={() => page.navigation.go({ kind: "agent", id: node.id })}
    />
  );
}

function sayHeadline(
  counts: readonly number[],
  parts: readonly { kind: NodeStateKind }[],
): string {
  const count = (kind: NodeStateKind) =>
    counts[parts.findIndex((part) => part.kind === kind)] ?? 0;
  const waiting = count("waiting");
  if (waiting > 0) {
    return waiting === 1 ? "One agent needs you" : `${waiting} agents need you`;
  }
  const working = count("working");
  if (working > 0) {
    return working === 1 ? "One agent works" : `${working} agents work`;
  }
  return "All is quiet";
}
