/** One terminal over the whole window: the screen of `/t/:terminal`. */

import { useEffect, useState } from "preact/hooks";
import type {
  TerminalId,
  TerminalRecord,
} from "../../server/protocol/terminal.ts";
import { IconButton } from "../components/icon_button.tsx";
import { Icon } from "../components/icon.tsx";
import type { Page } from "../page.ts";
import { lastPart, sayViewers, shortPath } from "../words.ts";
import { labelOf, RenameField } from "./dock_tabs.tsx";
import { LinkBanner } from "./link_banner.tsx";
import { TerminalMenu } from "./terminal_menu.tsx";
import { TerminalPane } from "./terminal_pane.tsx";
import { TerminalText } from "./terminal_text.tsx";

interface TerminalPageProps {
  page: Page;
  id: TerminalId;
}

export function TerminalPage({ page, id }: TerminalPageProps) {
  const record = page.terminals.byId.value.get(id);
  if (!record) return <NoSuchTerminal page={page} />;
  return <Shown page={page} record={record} />;
}

function Shown({ page, record }: { page: Page; record: TerminalRecord }) {
  const { viewport, navigation, screens } = page;
  const isPhone = viewport.layout.value === "phone";
  const [isRenaming, setRenaming] = useState(false);
  const [showsText, setShowsText] = useState(false);
  useEffect(() => void screens.focus(record.id), [record.id]);
  const name = labelOf(page, record);
  const where = record.cwd ?? record.folder;
  return (
    <main class="terminal-page" id="stage" data-around-terminal>
      <header class="bar">
        <button
          type="button"
          class="icon-button"
          aria-label="Back"
          title="Back"
          data-leave=""
          onClick={() => navigation.up()}
        >
          <Icon name="chevron-left" size={isPhone ? 20 : 16} />
        </button>
        <div class="bar-names">
          {isRenaming
            ? (
              <RenameField
                name={record.name ?? name}
                onEnd={(wanted) => {
                  setRenaming(false);
                  if (wanted !== undefined && wanted !== record.name) {
                    void page.terminalDo.rename(record.id, wanted);
                  }
                }}
              />
            )
            : (
              <h1 class="bar-name">
                <button
                  type="button"
                  title={`${name}. Rename`}
                  onClick={() => setRenaming(true)}
                >
                  {name}
                </button>
              </h1>
            )}
          {isPhone && (
            <p class="bar-where">
              {lastPart(where)} on {page.nodes.server.value?.machine}
            </p>
          )}
        </div>
        {!isPhone && (
          <div class="bar-pills">
            <span class="pill" title={where}>
              <Icon name="folder" size={12} />
              <span class="cut">{shortPath(where)}</span>
            </span>
          </div>
        )}
        <span class="grow" />
        {!isPhone && (
          <span class="dock-facts number">
            <span>{record.size.cols}×{record.size.rows}</span>
            {sayViewers(record.viewers)}
          </span>
        )}
        <IconButton
          icon="copy"
          label="Select text"
          size={isPhone ? 20 : 16}
          onClick={() => setShowsText(true)}
        />
        <TerminalMenu
          page={page}
          record={record}
          onRename={() => setRenaming(true)}
        />
      </header>
      <TerminalPane
        page={page}
        id={record.id}
        onClose={() => navigation.up()}
      />
      {showsText && (
        <TerminalText
          text={screens.find(record.id)?.screen.peek()?.text() ?? ""}
          onClose={() => setShowsText(false)}
        />
      )}
    </main>
  );
}

function NoSuchTerminal({ page }: { page: Page }) {
  const isKnown = page.nodes.known.value;
  return (
    <main class="stage" id="stage">
      <LinkBanner page={page} link={page.registry} />
      <div class="overview" data-kind={isKnown ? "empty" : "loading"}>
        <h1>{isKnown ? "No such terminal" : "Connecting…"}</h1>
        {isKnown && (
          <>
            <p>It was closed, or the address has a mistake in it.</p>
            <button
              type="button"
              class="button"
              onClick={() => page.navigation.go({ kind: "terminals" })}
            >
              Show all terminals
            </button>
          </>
        )}
      </div>
    </main>
  );
}
