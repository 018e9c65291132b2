/** The list of agents as a phone's first screen. */

import { Boundary } from "../components/boundary.tsx";
import { Icon } from "../components/icon.tsx";
import { IconButton } from "../components/icon_button.tsx";
import type { Page } from "../page.ts";
import { LinkBanner } from "./link_banner.tsx";
import { RosterList } from "./roster_list.tsx";
import { TabBar } from "./tab_bar.tsx";

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
      {page.nodes.hasTerminals.value && (
        <button
          type="button"
          class="new-button"
          onClick={() => navigation.open("spawn")}
        >
          <Icon name="plus" size={20} />
          New agent
        </button>
      )}
      <TabBar page={page} current="home" />
    </>
  );
}
