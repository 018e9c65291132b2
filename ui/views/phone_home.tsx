/** The list of agents as a phone's first screen, with its bar of tabs. */

import { Boundary } from "../components/boundary.tsx";
import { Icon, type IconName } from "../components/icon.tsx";
import { IconButton } from "../components/icon_button.tsx";
import type { Page } from "../page.ts";
import { LinkBanner } from "./link_banner.tsx";
import { RosterList } from "./roster_list.tsx";

interface PhoneHomeProps {
  page: Page;
}

export function PhoneHome({ page }: PhoneHomeProps) {
  const { navigation } = page;
  return (
    <>
      <header class="bar">
        <h1 class="bar-title">Agents</h1>
        <IconButton
          icon="search"
          label="Search"
          size={20}
          onClick={() => navigation.open("palette")}
        />
        <IconButton
          icon="settings"
          label="Settings"
          size={20}
          onClick={() => navigation.open("settings")}
        />
      </header>
      <main class="phone-list" id="stage">
        <LinkBanner page={page} link={page.registry} />
        <Boundary what="the list of agents">
          <RosterList page={page} />
        </Boundary>
      </main>
      <TabBar waiting={page.roster.waitingCount.value} />
    </>
  );
}

interface Tab {
  readonly icon: IconName;
  readonly label: string;
}

/** Screens that exist. The bar shows from two on; one needs no choosing. */
const TABS: readonly Tab[] = [{ icon: "bot", label: "Agents" }];

function TabBar({ waiting }: { waiting: number }) {
  if (TABS.length < 2) return null;
  return (
    <nav class="tab-bar" aria-label="Screens">
      {TABS.map(({ icon, label }) => (
        <button key={label} type="button" aria-current="page">
          <Icon name={icon} size={20} />
          {label}
          {waiting > 0 && <span class="badge">{waiting}</span>}
        </button>
      ))}
    </nav>
  );
}
