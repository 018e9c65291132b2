/**
 * What the first page does without: terminals, services, and the form for an
 * agent.
 */

import type { NodeRecord } from "../../server/protocol/node.ts";
import type { ServiceName } from "../../server/protocol/service.ts";
import type { TerminalId } from "../../server/protocol/terminal.ts";
import type { Page } from "../page.ts";
import { Lazy } from "./lazy.tsx";

interface PageProps {
  page: Page;
}

const loadDock = () => import("./dock.tsx").then(({ Dock }) => Dock);

export function LazyDock({ page }: PageProps) {
  return (
    <Lazy load={loadDock} props={{ page }}>
      <section
        class="dock"
        aria-label="Terminals"
        style={{ height: `${page.dock.heightPx.value}px` }}
      />
    </Lazy>
  );
}

const loadTerminalPage = () =>
  import("./terminal_page.tsx").then(({ TerminalPage }) => TerminalPage);

export function LazyTerminalPage(props: PageProps & { id: TerminalId }) {
  return (
    <Lazy load={loadTerminalPage} props={props}>
      <main class="terminal-page" id="stage" />
    </Lazy>
  );
}

const loadTerminalList = () =>
  import("./terminal_list.tsx").then(({ TerminalList }) => TerminalList);

export function LazyTerminalList(props: PageProps) {
  return (
    <Lazy load={loadTerminalList} props={props}>
      <main class="phone-list" id="stage" />
    </Lazy>
  );
}

const loadServices = () =>
  import("./services_page.tsx").then(({ ServicesPage }) => ServicesPage);

interface ServicesProps extends PageProps {
  name?: ServiceName | undefined;
}

/** A phone's bar of screens is part of what is loaded. */
export function LazyServices(props: ServicesProps) {
  return (
    <Lazy load={loadServices} props={props}>
      <main class="stage" id="stage" />
    </Lazy>
  );
}

const loadStageTerminal = () =>
  import("./stage_terminal.tsx").then(({ StageTerminal }) => StageTerminal);

interface StageTerminalProps extends PageProps {
  node: NodeRecord;
  terminal: TerminalId;
}

export function LazyStageTerminal(props: StageTerminalProps) {
  return (
    <Lazy load={loadStageTerminal} props={props}>
      <div class="stage-terminal" />
    </Lazy>
  );
}

const loadSpawnSheet = () =>
  import("./spawn_sheet.tsx").then(({ SpawnSheet }) => SpawnSheet);

export function LazySpawnSheet(props: PageProps) {
  return <Lazy load={loadSpawnSheet} props={props} />;
}
