/** A phone's bar of screens. With one screen there is nothing to choose. */

import { Icon, type IconName } from "../components/icon.tsx";
import type { Page } from "../page.ts";

type TabKind = "home" | "terminals" | "services";

interface TabBarProps {
  page: Page;
  current: TabKind;
}

const TABS: readonly { kind: TabKind; icon: IconName; label: string }[] = [
  { kind: "home", icon: "bot", label: "Agents" },
  { kind: "terminals", icon: "terminal", label: "Terminals" },
  { kind: "services", icon: "server", label: "Services" },
];

export function TabBar({ page, current }: TabBarProps) {
  const { hasTerminals, hasServices } = page.nodes;
  const tabs = TABS.filter(({ kind }) =>
    kind === "home" ||
    (kind === "terminals" ? hasTerminals.value : hasServices.value)
  );
  if (tabs.length < 2) return null;
  const troubled = page.services.troubled.value.length;
  const waiting = page.roster.waitingCount.value;
  return (
    <nav class="tab-bar" aria-label="Screens">
      {tabs.map(({ kind, icon, label }) => (
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
          {kind === "services" && troubled > 0 && (
            <span class="badge" data-kind="bad">{troubled}</span>
          )}
        </button>
      ))}
    </nav>
  );
}
