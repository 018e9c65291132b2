/** Chat or terminal: two views of one process. */

import type { NodeRecord } from "../../server/protocol/node.ts";
import { Icon, type IconName } from "../components/icon.tsx";
import { IconButton } from "../components/icon_button.tsx";
import { otherView, type StageView, viewOf } from "../models/stage_view.ts";
import type { Page } from "../page.ts";
import { showView } from "../terminal_actions.ts";

interface ViewSwitchProps {
  page: Page;
  node: NodeRecord;
}

const VIEWS: readonly { view: StageView; icon: IconName; label: string }[] = [
  { view: "chat", icon: "message-square", label: "Chat" },
  { view: "terminal", icon: "terminal", label: "Terminal" },
];

export function ViewSwitch({ page, node }: ViewSwitchProps) {
  if (node.terminal === undefined) return null;
  const { stageView } = page;
  const current = viewOf(node, stageView.chosen.value);
  const choose = (view: StageView) => showView(page, node, view);
  if (page.viewport.layout.value === "phone") {
    const other = otherView(current);
    return (
      <IconButton
        icon={other === "chat" ? "message-square" : "terminal"}
        label={`Show the ${other === "chat" ? "conversation" : "terminal"}`}
        size={20}
        onClick={() => choose(other)}
      />
    );
  }
  return (
    <span class="view-switch" role="group" aria-label="Show">
      {VIEWS.map(({ view, icon, label }) => (
        <button
          key={view}
          type="button"
          aria-pressed={view === current}
          aria-label={label}
          title={`${label} (T)`}
          data-leave={view === current ? "" : undefined}
          onClick={() => choose(view)}
        >
          <Icon name={icon} size={14} />
          <span>{label}</span>
        </button>
      ))}
    </span>
  );
}
