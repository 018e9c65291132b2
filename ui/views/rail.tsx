/** The rail: who there is, at the left of every wide screen. */

import type { ComponentChildren } from "preact";
import { Boundary } from "../components/boundary.tsx";
import { Icon } from "../components/icon.tsx";
import { IconButton } from "../components/icon_button.tsx";
import { Kbd } from "../components/kbd.tsx";
import { IS_MAC, sayKeys } from "../keys.ts";
import type { Page } from "../page.ts";
import { toggleTerminals } from "../terminal_actions.ts";
import { RosterList } from "./roster_list.tsx";

interface RailProps {
  page: Page;
  /** What moves its edge, where it can be moved. */
  edge?: ComponentChildren;
}

export function Rail({ page, edge }: RailProps) {
  const { navigation, nodes } = page;
  const paletteKeys = sayKeys("mod+k", IS_MAC);
  return (
    <nav class="rail" aria-label="Agents">
      <header class="rail-head">
        <button
          type="button"
          class="rail-home"
          onClick={() => navigation.go({ kind: "home" })}
        >
          <span class="logo" aria-hidden="true">π</span>
          <b>hypivisor</b>
        </button>
        <IconButton
          icon="settings"
          label="Settings"
          keys={sayKeys("mod+,", IS_MAC)}
          onClick={() => navigation.open("settings")}
        />
      </header>
      <button
        type="button"
        class="search-button"
        onClick={() => navigation.open("palette")}
      >
        <Icon name="search" size={14} />
        <span>Search or run…</span>
        <Kbd keys={paletteKeys} />
      </button>
      <div class="rail-list">
        <Boundary what="the list of agents">
          <RosterList page={page} />
        </Boundary>
      </div>
      {nodes.hasTerminals.value && <Start page={page} />}
      {nodes.hasServices.value && <ServicesEntry page={page} />}
      <footer class="rail-foot">
        <span class="rail-facts">
          {nodes.server.value
            ? `${nodes.server.value.machine} · ${nodes.server.value.version}`
            : ""}
        </span>
        <IconButton
          icon="smartphone"
          label="Sign in another device"
          onClick={() => navigation.open("pairing")}
        />
        <IconButton
          icon="keyboard"
          label="Keyboard shortcuts"
          keys="?"
          onClick={() => navigation.open("shortcuts")}
        />
      </footer>
      {edge}
    </nav>
  );
}

/** The way to the services, and how they are. */
function ServicesEntry({ page }: { page: Page }) {
  const { navigation, services } = page;
  const { kind } = navigation.route.value;
  const troubled = services.troubled.value;
  const count = services.all.value.length;
  const running = services.runningCount.value;
  const first = troubled[0];
  const words = first === undefined
    ? `${running} of ${count} running`
    : troubled.length === 1
    ? `${first.name} needs attention`
    : `${troubled.length} need attention`;
  return (
    <button
      type="button"
      class="rail-services"
      aria-current={kind === "services"
        ? "page"
        : kind === "service" || undefined}
      data-bad={first !== undefined}
      title={`Services (${sayKeys("g s", IS_MAC)})`}
      onClick={() => navigation.go({ kind: "services" })}
    >
      <Icon name="server" size={14} />
      <span>Services</span>
      <span class="visually-hidden">{count === 0 ? "none" : words}</span>
      {first !== undefined && (
        <span class="status" data-state="error" aria-hidden="true" />
      )}
      {count > 0 && (
        <span class="number" aria-hidden="true">
          {first === undefined ? `${running}/${count}` : troubled.length}
        </span>
      )}
    </button>
  );
}

/** What is started from here: an agent, or a shell. */
function Start({ page }: { page: Page }) {
  const count = page.terminals.runningCount.value;
  return (
    <div class="rail-start">
      <button
        type="button"
        class="button"
        data-kind="primary"
        onClick={() => page.navigation.open("spawn")}
      >
        <Icon name="plus" size={14} />
        New agent
        <Kbd keys="N" />
      </button>
      <button
        type="button"
        class="button"
        aria-label={`Terminals, ${count} open`}
        aria-pressed={page.dock.isOpen.value}
        title={`Terminals (${sayKeys("ctrl+`", IS_MAC)})`}
        onClick={() => toggleTerminals(page)}
      >
        <Icon name="terminal" size={14} />
        <span class="number">{count}</span>
      </button>
    </div>
  );
}
