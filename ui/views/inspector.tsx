/** The inspector: facts about the agent on stage, in tabs. */

import type { ComponentChildren } from "preact";
import { Boundary } from "../components/boundary.tsx";
import { IconButton } from "../components/icon_button.tsx";
import { Tabs } from "../components/tabs.tsx";
import { type Tab, TABS } from "../models/appearance.ts";
import type { OpenAgent } from "../models/open_agent.ts";
import type { Page } from "../page.ts";
import { InspectorOverview } from "./inspector_overview.tsx";
import { InspectorTools } from "./inspector_tools.tsx";

interface InspectorProps {
  page: Page;
  agent: OpenAgent;
  /** Present where it covers the page and can be closed. */
  onClose?: (() => void) | undefined;
  /** What moves its edge, where it can be moved. */
  edge?: ComponentChildren;
}

const LABELS: Record<Tab, string> = { overview: "Overview", tools: "Tools" };

export function Inspector(
  { page, agent, onClose, edge }: InspectorProps,
) {
  const { appearance } = page;
  const open = appearance.tab.value;
  const tools = agent.conversation.facts.value?.tools.length ?? 0;
  return (
    <aside class="inspector" aria-label="Inspector">
      <div class="tabs">
        <Tabs
          label="Facts"
          tabs={TABS.map((name) => ({
            name,
            label: LABELS[name],
            count: name === "tools" ? tools : undefined,
          }))}
          open={open}
          panel="inspector-panel"
          onOpen={appearance.openTab}
        />
        {onClose && (
          <IconButton icon="x" label="Close the inspector" onClick={onClose} />
        )}
      </div>
      <div
        class="inspector-body"
        id="inspector-panel"
        role="tabpanel"
        aria-labelledby={`tab-${open}`}
        tabIndex={0}
      >
        <Boundary what="the inspector">
          {open === "overview"
            ? <InspectorOverview page={page} agent={agent} />
            : <InspectorTools agent={agent} />}
        </Boundary>
      </div>
      {edge}
    </aside>
  );
}
