/** The page as a whole: which regions there are room for, and what covers it. */

import { useSignalEffect } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { Action } from "./actions.ts";
import { Boundary } from "./components/boundary.tsx";
import { Resizer } from "./components/resizer.tsx";
import { listenToKeys, pageKeys } from "./keyboard.ts";
import { COLUMN_MAX_PX, COLUMN_MIN_PX } from "./models/appearance.ts";
import { iconOf, titleOf } from "./models/attention.ts";
import type { Page } from "./page.ts";
import { nameOf, terminalName } from "./words.ts";
import { FirstRun } from "./views/first_run.tsx";
import { Inspector } from "./views/inspector.tsx";
import {
  LazyDock,
  LazyServices,
  LazySpawnSheet,
  LazyTerminalList,
  LazyTerminalPage,
} from "./views/later.tsx";
import { Overview } from "./views/overview.tsx";
import { Palette } from "./views/palette.tsx";
import { PhoneHome } from "./views/phone_home.tsx";
import { Rail } from "./views/rail.tsx";
import { SettingsSheet } from "./views/settings_sheet.tsx";
import { PairingSheet, ShortcutSheet } from "./views/sheets.tsx";
import { SignedOut } from "./views/signed_out.tsx";
import { Stage } from "./views/stage.tsx";

interface AppProps {
  page: Page;
  actions: readonly Action[];
}

export function App({ page, actions }: AppProps) {
  const { registry, nodes, navigation, viewport } = page;
  useTabSigns(page);
  useEffect(
    () => listenToKeys(actions, () => navigation.layers.peek().length > 0),
    [actions],
  );
  useEffect(() => {
    page.hands.value = { ...page.hands.peek(), isPageKey: pageKeys(actions) };
  }, [actions]);

  if (registry.state.value.kind === "signedOut") return <SignedOut />;
  // A terminal is something to show, even before the first agent.
  const isEmpty = nodes.known.value && nodes.all.value.length === 0 &&
    navigation.route.value.kind === "home" &&
    page.terminals.all.value.length === 0 && !page.dock.isOpen.value &&
    page.services.all.value.length === 0;
  return (
    <>
      <a class="skip-link" href="#stage">Skip to the main part</a>
      <div class="app" data-layout={viewport.layout.value}>
        {isEmpty ? <FirstRun page={page} /> : <Regions page={page} />}
      </div>
      <Layers page={page} actions={actions} />
      <Said page={page} />
    </>
  );
}

function Regions({ page }: { page: Page }) {
  const layout = page.viewport.layout.value;
  const agent = page.agents.current.value;
  const route = page.navigation.route.value;
  const isServices = route.kind === "services" || route.kind === "service";
  const service = route.kind === "service" ? route.name : undefined;
  if (route.kind === "terminal") {
    return (
      <Boundary what="this terminal">
        <LazyTerminalPage key={route.id} page={page} id={route.id} />
      </Boundary>
    );
  }
  if (layout === "phone") {
    if (route.kind === "terminals") return <LazyTerminalList page={page} />;
    if (isServices) return <LazyServices page={page} name={service} />;
    return agent
      ? <Stage key={agent.id} page={page} agent={agent} />
      : <PhoneHome page={page} />;
  }
  const { appearance } = page;
  const showsRail = appearance.rail.value === "open";
  const showsDock = page.nodes.hasTerminals.value && page.dock.isOpen.value;
  const showsInspector = layout === "desktop" && agent &&
    appearance.inspector.value === "open";
  return (
    <>
      {showsRail && (
        <div
          class="column"
          style={{
            width: `${layout === "desktop" ? appearance.railPx.value : 224}px`,
          }}
        >
          <Boundary what="the list of agents">
            <Rail
              page={page}
              edge={layout === "desktop" && (
                <ColumnEdge page={page} column="rail" />
              )}
            />
          </Boundary>
        </div>
      )}
      <div class="middle">
        <Boundary what="this agent">
          {agent
            ? <Stage key={agent.id} page={page} agent={agent} />
            : route.kind === "terminals"
            ? <LazyTerminalList page={page} />
            : isServices
            ? <LazyServices page={page} name={service} />
            : page.nodes.all.value.length === 0
            ? <FirstRun page={page} />
            : <Overview page={page} />}
        </Boundary>
        {showsDock && (
          <Boundary what="the terminals">
            <LazyDock page={page} />
          </Boundary>
        )}
      </div>
      {showsInspector && (
        <div
          class="column"
          style={{ width: `${appearance.inspectorPx.value}px` }}
        >
          <Inspector
            key={agent.id}
            page={page}
            agent={agent}
            edge={<ColumnEdge page={page} column="inspector" />}
          />
        </div>
      )}
    </>
  );
}

function ColumnEdge(
  { page, column }: { page: Page; column: "rail" | "inspector" },
) {
  const { appearance } = page;
  return (
    <Resizer
      label={column === "rail" ? "Width of the list" : "Width of the inspector"}
      edge={column === "rail" ? "right" : "left"}
      px={column === "rail"
        ? appearance.railPx.value
        : appearance.inspectorPx.value}
      min={COLUMN_MIN_PX}
      max={COLUMN_MAX_PX}
      onResize={(px) => appearance.resize(column, px)}
    />
  );
}

function Layers({ page, actions }: AppProps) {
  const { navigation, nodes } = page;
  const agent = page.agents.current.value;
  return navigation.layers.value.map((layer) => {
    switch (layer) {
      case "palette":
        return <Palette key={layer} page={page} actions={actions} />;
      case "shortcuts":
        return <ShortcutSheet key={layer} page={page} actions={actions} />;
      case "settings":
        return <SettingsSheet key={layer} page={page} />;
      case "spawn":
        return nodes.hasTerminals.value &&
          <LazySpawnSheet key={layer} page={page} />;
      case "pairing":
        return <PairingSheet key={layer} page={page} />;
      case "inspector":
        return agent && <InspectorLayer key={layer} page={page} />;
    }
  });
}

/** The inspector where it has no column: over the stage, from the right. */
function InspectorLayer({ page }: { page: Page }) {
  const agent = page.agents.current.value;
  const close = () => page.navigation.close("inspector");
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.key !== "Escape" || event.defaultPrevented) return;
      if (page.navigation.top.peek() === "inspector") close();
    };
    document.addEventListener("keydown", onKeyDown);
    return () => document.removeEventListener("keydown", onKeyDown);
  }, []);
  if (!agent) return null;
  return (
    <div
      class="inspector-layer"
      onMouseDown={(event) => {
        if (event.target === event.currentTarget) close();
      }}
    >
      <Inspector page={page} agent={agent} onClose={close} />
    </div>
  );
}

/** What just happened: for everybody at the foot, for readers in words. */
function Said({ page }: { page: Page }) {
  const notice = page.notices.text.value;
  return (
    <>
      <div class="visually-hidden" role="status">
        {page.spoken.sentence.value}
      </div>
      <div class="notice-place" role="status">
        {notice !== undefined && <p class="notice">{notice}</p>}
      </div>
    </>
  );
}

/** Title, icon and badge of the tab. */
function useTabSigns({ roster, nodes, navigation, terminals }: Page): void {
  useSignalEffect(() => {
    const waiting = roster.waitingCount.value;
    const node = navigation.agent.value &&
      nodes.byId.value.get(navigation.agent.value);
    const terminal = navigation.terminal.value &&
      terminals.byId.value.get(navigation.terminal.value);
    const route = navigation.route.value;
    const service = route.kind === "service" ? route.name : undefined;
    document.title = titleOf(
      waiting,
      node ? nameOf(node) : terminal ? terminalName(terminal) : service,
    );
    const icon = document.querySelector<HTMLLinkElement>("link[rel=icon]");
    const href = iconOf(waiting);
    if (icon && icon.href !== href) icon.href = href;
    // Only an installed page has a badge; refusing it is no failure.
    navigator.setAppBadge?.(waiting).catch(() => {});
  });
}
