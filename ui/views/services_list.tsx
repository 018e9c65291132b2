/** Every service, what it does, and the buttons that change that. */

import { useLayoutEffect, useRef } from "preact/hooks";
import type { ServiceRecord } from "../../server/protocol/service.ts";
import { Icon } from "../components/icon.tsx";
import { ServiceGlyph } from "../components/service_glyph.tsx";
import { isTroubled } from "../models/services.ts";
import { serviceWord, stateReason } from "../models/service_words.ts";
import type { Page } from "../page.ts";
import { sayAge, sayClock } from "../words.ts";
import { LinkBanner } from "./link_banner.tsx";
import { ReloadNote } from "./reload_note.tsx";
import { ServiceButtons } from "./service_buttons.tsx";
import { TabBar } from "./tab_bar.tsx";

interface ServicesListProps {
  page: Page;
}

export function ServicesList({ page }: ServicesListProps) {
  const isPhone = page.viewport.layout.value === "phone";
  const records = page.services.all.value;
  const list = useRef<HTMLUListElement>(null);
  const isEmpty = records.length === 0;
  useLayoutEffect(() => {
    const rows = [
      ...list.current?.querySelectorAll<HTMLElement>("[data-service]") ?? [],
    ];
    const name = page.lastService.peek();
    const last = rows.find(({ dataset }) => dataset.service === name);
    last?.scrollIntoView({ block: "center" });
    // Whoever came by a key goes on by keys, without a way through the rail.
    if (document.activeElement !== document.body) return;
    (last ?? rows[0])?.focus({ preventScroll: true });
  }, [isEmpty]);
  const isReading = page.serviceDo.reload.value.kind === "reading";
  const reload = (
    <button
      type="button"
      class="button"
      disabled={isReading}
      onClick={() => void page.serviceDo.reloadFiles()}
    >
      <Icon name="refresh-cw" size={14} />
      {isPhone ? "Reload" : "Reload files"}
    </button>
  );
  const body = (
    <>
      <ReloadNote page={page} />
      {isEmpty
        ? <NoServices page={page} />
        : (
          <ul class="service-list" ref={list}>
            {records.map((record) => (
              <ServiceRow key={record.name} page={page} record={record} />
            ))}
          </ul>
        )}
    </>
  );
  if (!isPhone) {
    return (
      <main class="stage" id="stage">
        <LinkBanner page={page} link={page.registry} />
        <div class="overview services">
          <header class="overview-head">
            <h1>Services</h1>
            {reload}
          </header>
          <p class="overview-facts">{sayTally(records)}</p>
          {body}
        </div>
      </main>
    );
  }
  return (
    <>
      <header class="bar">
        <h1 class="bar-title">Services</h1>
        {reload}
      </header>
      <main class="phone-list" id="stage">
        <LinkBanner page={page} link={page.registry} />
        {body}
      </main>
      <TabBar page={page} current="services" />
    </>
  );
}

function NoServices({ page }: ServicesListProps) {
  if (!page.nodes.known.value) return null;
  return (
    <div class="list-empty">
      {page.nodes.hasServices.value
        ? (
          <>
            <p>No service is set up.</p>
            <p>
              Each has a file, such as{" "}
              <code>~/.config/hypivisor/services/web.kdl</code>, with at least a
              command:
            </p>
            <pre class="service-example">{EXAMPLE}</pre>
          </>
        )
        : <p>This hypivisor keeps no services.</p>}
    </div>
  );
}

const EXAMPLE = `command "bun" "run" "server.ts"\nport 4010`;

/** What is worth knowing before any row is read. */
export function sayTally(records: readonly ServiceRecord[]): string {
  const running = records.filter(({ state }) => state.kind === "running");
  const troubled = records.filter(isTroubled);
  const parts = [`${running.length} of ${records.length} running`];
  if (troubled.length > 0) {
    parts.push(
      troubled.length === 1
        ? `${troubled[0]?.name} needs attention`
        : `${troubled.length} need attention`,
    );
  }
  return `${parts.join(", ")}.`;
}

function ServiceRow(
  { page, record }: { page: Page; record: ServiceRecord },
) {
  const now = page.clock.now.value;
  const { name, state, port, restarts, health } = record;
  const word = serviceWord(state.kind);
  const isBad = isTroubled(record);
  const pid = "pid" in state ? state.pid : undefined;
  const line = [
    stateReason(record, now) ?? word,
    record.faults.length > 0 && state.kind !== "invalid"
      ? "its file has faults"
      : "",
    port ? `:${port}` : "",
    pid ? `pid ${pid}` : "",
    restarts > 0
      ? `${restarts} ${restarts === 1 ? "restart" : "restarts"}`
      : "",
  ].filter(Boolean).join(" · ");
  return (
    <li class="service-row">
      <button
        type="button"
        class="agent-row"
        data-service={name}
        data-state={state.kind}
        data-bad={isBad}
        onClick={() => page.navigation.go({ kind: "service", name })}
        onKeyDown={stepRows}
      >
        <ServiceGlyph
          kind={state.kind}
          word={word}
          isUnwell={health.kind === "unhealthy" || record.faults.length > 0}
        />
        <span class="agent-row-name">{name}</span>
        <span class="agent-row-time">
          {state.kind === "running"
            ? sayClock(record.startedAt ?? state.since, now)
            : sayAge(state.since, now)}
        </span>
        <span class="agent-row-line" title={line}>{line}</span>
      </button>
      {state.kind !== "invalid" && (
        <ServiceButtons page={page} record={record} look="icons" />
      )}
    </li>
  );
}

/** Arrow keys go from row to row, past the buttons of each. */
function stepRows(event: KeyboardEvent): void {
  const by = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
  const row = event.currentTarget as HTMLElement;
  const rows = [
    ...row.closest("ul")?.querySelectorAll<HTMLElement>("[data-service]") ?? [],
  ];
  const next = by === 0 ? undefined : rows[rows.indexOf(row) + by];
  if (!next) return;
  event.preventDefault();
  next.focus();
}
