/** A phone's bar of screens. With one screen there is nothing to choose. */

import { Icon, type IconName } from "../components/icon.tsx";
import type { Page } from "../page.ts";

type TabKind = "home" | "terminals";

interface TabBarProps {
  page: Page;
  current: TabKind;
}

const TABS: readonly { kind: TabKind; icon: IconName; label: string }[] = [
  { kind: "home", icon: "bot", label: "Agents" },
  { kind: "terminals", icon: "terminal", label: "Terminals" },
];

export function TabBar({ page, current }: TabBarProps) {
  if (!page.nodes.hasTerminals.value) return null;
  const waiting = page.roster.waitingCount.value;
  return (
    <nav class="tab-bar" aria-label="Screens">
      {TABS.map(({ kind, icon, label }) => (
        <button
          key={kind}
          type="button"
          aria-current={kind === current ? "page" : undefined}
          onClick={() => page.navigation.go({ kind })}
        >
          <Icon name={icon} size={20} />
          {label}
          {kind === "home" && waiting > 0 && (
            <span class="badge">{waiting}</span>
          )}
        </button>
      ))}
    </nav>
  );
}
