/** What can be done to a terminal beside typing into it. */

import { useState } from "preact/hooks";
import type { TerminalRecord } from "../../server/protocol/terminal.ts";
import { Icon } from "../components/icon.tsx";
import { MoreItem, MoreMenu } from "../components/more_menu.tsx";
import type { Page } from "../page.ts";

interface TerminalMenuProps {
  page: Page;
  record: TerminalRecord;
  onRename: () => void;
}

export function TerminalMenu(
  { page, record, onRename }: TerminalMenuProps,
) {
  const [state, setState] = useState<"closed" | "open" | "asking">("closed");
  const { terminalDo, terminalLook, navigation, hands } = page;
  const isRaw = terminalLook.look.value.rawKeys;
  const isPhone = page.viewport.layout.value === "phone";
  const close = () => setState("closed");
  const end = () => {
    if (record.state.kind === "running" && state !== "asking") {
      return setState("asking");
    }
    close();
    void terminalDo.close(record.id);
    navigation.up();
  };
  const items: readonly (readonly [label: string, run: () => void] | false)[] =
    [
      ["Find", () => hands.peek().terminal?.find()],
      ["Rename", onRename],
      record.node !== undefined &&
      [
        "Show the conversation",
        () => navigation.go({ kind: "agent", id: record.node! }),
      ],
      page.viewport.touch.value &&
      [
        isRaw ? "Type lines" : "Type keys directly",
        () => terminalLook.setRawKeys(!isRaw),
      ],
    ];
  return (
    <MoreMenu
      label="Terminal"
      isOpen={state !== "closed"}
      size={isPhone ? 20 : 16}
      onOpen={() => setState("open")}
      onClose={close}
    >
      {items.map((item) =>
        item && (
          <MoreItem
            key={item[0]}
            label={item[0]}
            onPress={() => {
              close();
              item[1]();
            }}
          />
        )
      )}
      <div class="menu-row" role="group" aria-label="Size of the text">
        <span aria-hidden="true">Text</span>
        <button
          type="button"
          role="menuitem"
          class="icon-button"
          aria-label="Smaller text"
          onClick={() => terminalLook.zoom(-1)}
        >
          <Icon name="minus" />
        </button>
        <span class="number" aria-hidden="true">
          {terminalLook.look.value.fontSize}
        </span>
        <button
          type="button"
          role="menuitem"
          class="icon-button"
          aria-label="Larger text"
          onClick={() => terminalLook.zoom(1)}
        >
          <Icon name="plus" />
        </button>
      </div>
      {record.kind === "shell" && (
        <MoreItem
          label={state === "asking"
            ? "End it, with all that runs in it"
            : record.state.kind === "running"
            ? "End…"
            : "Close"}
          isDangerous
          onPress={end}
        />
      )}
    </MoreMenu>
  );
}
