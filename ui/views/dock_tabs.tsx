/** The tabs of the dock: shells, and the terminal of the agent on stage. */

import { useEffect, useRef, useState } from "preact/hooks";
import type { TerminalRecord } from "../../server/protocol/terminal.ts";
import { Icon } from "../components/icon.tsx";
import { IconButton } from "../components/icon_button.tsx";
import type { Page } from "../page.ts";
import { nameOf, sayEnd, shortPath, terminalName } from "../words.ts";

interface DockTabsProps {
  page: Page;
}

export function DockTabs({ page }: DockTabsProps) {
  const { tabs, active } = page.dock;
  const current = active.value?.id;
  return (
    <ul class="dock-tabs" aria-label="Open terminals">
      {tabs.value.map((record) => (
        <DockTab
          key={record.id}
          page={page}
          record={record}
          isCurrent={record.id === current}
        />
      ))}
    </ul>
  );
}

interface DockTabProps extends DockTabsProps {
  record: TerminalRecord;
  isCurrent: boolean;
}

type Doing = "nothing" | "renaming" | "asking";

function DockTab({ page, record, isCurrent }: DockTabProps) {
  const [doing, setDoing] = useState<Doing>("nothing");
  const tab = useRef<HTMLLIElement>(null);
  const name = labelOf(page, record);
  const rings = page.terminals.ringing.value.has(record.id);
  const end = sayEnd(record.state);
  useEffect(() => {
    if (!isCurrent) return;
    tab.current?.scrollIntoView({ inline: "nearest" });
    // The tab that had the focus was closed: this one stands in its place.
    if (document.activeElement === document.body) {
      tab.current?.querySelector("button")?.focus();
    }
  }, [isCurrent]);

  const close = () => {
    if (record.state.kind === "running" && doing !== "asking") {
      return setDoing("asking");
    }
    void page.terminalDo.close(record.id);
  };
  if (doing === "asking") {
    return (
      <li ref={tab} class="dock-tab" data-doing="asking">
        <span class="cut">End {name}?</span>
        <button
          type="button"
          class="button"
          data-kind="danger"
          ref={(button) => button?.focus()}
          onClick={close}
        >
          End
        </button>
        <button
          type="button"
          class="button"
          onClick={() => setDoing("nothing")}
        >
          Keep
        </button>
      </li>
    );
  }
  if (doing === "renaming") {
    return (
      <li ref={tab} class="dock-tab" data-doing="renaming">
        <RenameField
          name={record.name ?? name}
          onEnd={(wanted) => {
            setDoing("nothing");
            if (wanted !== undefined && wanted !== record.name) {
              void page.terminalDo.rename(record.id, wanted);
            }
          }}
        />
      </li>
    );
  }
  return (
    <li ref={tab} class="dock-tab" data-ended={end !== undefined}>
      <button
        type="button"
        class="dock-tab-name"
        aria-current={isCurrent ? "true" : undefined}
        aria-label={[name, rings && "bell", end].filter(Boolean).join(", ")}
        title={`${name}\n${shortPath(record.cwd ?? record.folder)}${
          end ? `\n${end}` : ""
        }\nRename: double click or F2`}
        data-leave={isCurrent ? "" : undefined}
        onClick={({ detail }) => {
          page.dock.pick(record.id);
          // The second click of two is for the name.
          if (detail < 2) page.screens.focus(record.id);
        }}
        onDblClick={() => setDoing("renaming")}
        onKeyDown={({ key }) => {
          if (key === "F2") setDoing("renaming");
          if (key === "Delete" && record.kind === "shell") close();
        }}
      >
        <Icon name={record.kind === "agent" ? "bot" : "terminal"} size={14} />
        <span class="cut">{name}</span>
        {rings && <span class="bell" title="Its bell rang" />}
      </button>
      {record.kind === "shell" && (
        <IconButton
          icon="x"
          label={`Close ${name}`}
          size={12}
          onClick={close}
        />
      )}
    </li>
  );
}

interface RenameFieldProps {
  name: string;
  /** With nothing: as it was. An empty name gives the program's own back. */
  onEnd: (wanted?: string) => void;
}

export function RenameField({ name, onEnd }: RenameFieldProps) {
  const [text, setText] = useState(name);
  // Its field loses the focus by being removed, which must not end it twice.
  const isDone = useRef(false);
  const end = (wanted?: string) => {
    if (isDone.current) return;
    isDone.current = true;
    onEnd(wanted?.trim());
  };
  return (
    <input
      class="rename-field"
      aria-label="Name of the terminal"
      value={text}
      maxLength={200}
      ref={(field) => {
        if (field && document.activeElement !== field) field.select();
      }}
      onInput={({ currentTarget }) => setText(currentTarget.value)}
      onBlur={() => end(text)}
      onKeyDown={(event) => {
        event.stopPropagation();
        if (event.key === "Enter" && !event.isComposing) end(text);
        if (event.key === "Escape") end();
      }}
    />
  );
}

/** An agent's terminal is called as the agent is. */
export function labelOf(page: Page, record: TerminalRecord): string {
  const node = record.node && page.nodes.byId.value.get(record.node);
  return node && !record.name ? nameOf(node) : terminalName(record);
}
