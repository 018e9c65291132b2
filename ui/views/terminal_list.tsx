/** Every terminal: a phone's second screen, and the page `/t` elsewhere. */

import type { TerminalRecord } from "../../server/protocol/terminal.ts";
import { Icon } from "../components/icon.tsx";
import { IconButton } from "../components/icon_button.tsx";
import type { Page } from "../page.ts";
import { openShell } from "../terminal_actions.ts";
import { sayAge, sayEnd, sayViewers, shortPath } from "../words.ts";
import { labelOf } from "./dock_tabs.tsx";
import { LinkBanner } from "./link_banner.tsx";
import { TabBar } from "./tab_bar.tsx";

interface TerminalListProps {
  page: Page;
}

export function TerminalList({ page }: TerminalListProps) {
  const isPhone = page.viewport.layout.value === "phone";
  const { all } = page.terminals;
  const shells = all.value.filter(({ kind }) => kind === "shell");
  const agents = all.value.filter(({ kind }) => kind === "agent");
  const open = (kind: "primary" | "secondary") => (
    <button
      type="button"
      class="button"
      data-kind={kind}
      onClick={() => void openShell(page, "")}
    >
      <Icon name="plus" size={14} />
      New terminal
    </button>
  );
  const body = (
    <>
      <LinkBanner page={page} link={page.registry} />
      {all.value.length === 0 && (
        <div class="list-empty">
          <p>No terminal is open.</p>
          <p>
            Shells that are opened here go on running when this page is closed.
          </p>
          {open("primary")}
        </div>
      )}
      <Part title="Shells" page={page} records={shells} />
      <Part title="Agents" page={page} records={agents} />
    </>
  );
  if (!isPhone) {
    return (
      <main class="stage" id="stage">
        <div class="overview">
          <header class="overview-head">
            <h1>Terminals</h1>
            {all.value.length > 0 && open("secondary")}
          </header>
          {body}
        </div>
      </main>
    );
  }
  return (
    <>
      <header class="bar">
        <h1 class="bar-title">Terminals</h1>
        <IconButton
          icon="plus"
          label="New terminal"
          size={20}
          onClick={() => void openShell(page, "")}
        />
      </header>
      <main class="phone-list" id="stage">{body}</main>
      <TabBar page={page} current="terminals" />
    </>
  );
}

interface PartProps extends TerminalListProps {
  title: string;
  records: readonly TerminalRecord[];
}

function Part({ page, title, records }: PartProps) {
  if (records.length === 0) return null;
  return (
    <section class="overview-part" aria-label={title}>
      <h2 class="roster-head">{title}</h2>
      <ul>
        {records.map((record) => (
          <TerminalRow key={record.id} page={page} record={record} />
        ))}
      </ul>
    </section>
  );
}

function TerminalRow(
  { page, record }: { page: Page; record: TerminalRecord },
) {
  const rings = page.terminals.ringing.value.has(record.id);
  const since = record.state.kind === "running"
    ? record.state.since
    : record.state.at;
  const line = [
    sayEnd(record.state),
    shortPath(record.cwd ?? record.folder),
    sayViewers(record.viewers),
  ].filter(Boolean).join(" · ");
  return (
    <li>
      <button
        type="button"
        class="agent-row"
        data-terminal={record.id}
        data-ended={record.state.kind !== "running"}
        onClick={() => page.navigation.go({ kind: "terminal", id: record.id })}
      >
        <Icon name={record.kind === "agent" ? "bot" : "terminal"} size={14} />
        <span class="agent-row-name">
          {labelOf(page, record)}
          {rings && <span class="bell" role="img" aria-label="Its bell rang" />}
        </span>
        <span class="agent-row-time">
          {sayAge(since, page.clock.now.value)}
        </span>
        <span class="agent-row-line">{line}</span>
      </button>
    </li>
  );
}
