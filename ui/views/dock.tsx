/** The dock: terminals at the foot of the stage, one of them in sight. */

import { Icon } from "../components/icon.tsx";
import { IconButton } from "../components/icon_button.tsx";
import { Resizer } from "../components/resizer.tsx";
import { IS_MAC, sayKeys } from "../keys.ts";
import { DOCK_MAX_PX, DOCK_MIN_PX } from "../models/dock.ts";
import type { Page } from "../page.ts";
import { openShell, toggleTerminals } from "../terminal_actions.ts";
import { sayViewers } from "../words.ts";
import { DockTabs } from "./dock_tabs.tsx";
import { TerminalPane } from "./terminal_pane.tsx";

interface DockProps {
  page: Page;
}

export function Dock({ page }: DockProps) {
  const { dock, navigation, nodes } = page;
  const active = dock.active.value;
  return (
    <section
      class="dock"
      aria-label="Terminals"
      data-around-terminal
      style={{ height: `${dock.heightPx.value}px` }}
    >
      <Resizer
        label="Height of the terminals"
        edge="top"
        px={dock.heightPx.value}
        min={DOCK_MIN_PX}
        max={DOCK_MAX_PX}
        onResize={dock.resize}
      />
      <header class="dock-head">
        <DockTabs page={page} />
        <IconButton
          icon="plus"
          label="New terminal"
          keys={sayKeys("ctrl+shift+`", IS_MAC)}
          size={14}
          onClick={() => void openShell(page)}
        />
        <span class="grow" />
        {active && (
          <span
            class="dock-facts number"
            title={active.viewers.map(({ name }) => name).join(", ")}
          >
            {nodes.server.value?.machine}
            <span>{active.size.cols}×{active.size.rows}</span>
            {sayViewers(active.viewers)}
          </span>
        )}
        {active && (
          <IconButton
            icon="maximize"
            label="Open in the whole window"
            size={14}
            onClick={() => navigation.go({ kind: "terminal", id: active.id })}
          />
        )}
        <IconButton
          icon="chevron-down"
          label="Hide the terminals"
          keys={sayKeys("ctrl+`", IS_MAC)}
          size={14}
          onClick={() => toggleTerminals(page)}
        />
      </header>
      {active
        ? <TerminalPane key={active.id} page={page} id={active.id} />
        : <NoTerminal page={page} />}
    </section>
  );
}

function NoTerminal({ page }: DockProps) {
  return (
    <div class="dock-empty">
      <p>No terminal is open.</p>
      <button
        type="button"
        class="button"
        onClick={() => void openShell(page)}
      >
        <Icon name="plus" size={14} />
        New terminal
      </button>
    </div>
  );
}
