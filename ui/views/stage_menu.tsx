/** What can be done with an agent as a whole: its terminal, its end. */

import { useState } from "preact/hooks";
import type { NodeRecord } from "../../server/protocol/node.ts";
import { MoreItem, MoreMenu } from "../components/more_menu.tsx";
import type { Page } from "../page.ts";
import { openShell } from "../terminal_actions.ts";

interface StageMenuProps {
  page: Page;
  node: NodeRecord;
}

type MenuState = "closed" | "open" | "asking" | "stopping";

interface Item {
  readonly label: string;
  readonly isDangerous?: boolean;
  run(): void;
}

export function StageMenu({ page, node }: StageMenuProps) {
  const [state, setState] = useState<MenuState>("closed");
  const isPhone = page.viewport.layout.value === "phone";
  const close = () => setState("closed");
  const stop = async (force: boolean) => {
    const isBusy = node.state.kind === "working" ||
      node.state.kind === "waiting";
    if (isBusy && state !== "asking" && !force) return setState("asking");
    setState("stopping");
    await page.terminalDo.stop(node.id, force);
    close();
  };
  const items = itemsOf(page, node, stop);
  if (items.length === 0) return null;
  return (
    <MoreMenu
      label="Agent"
      isOpen={state !== "closed"}
      size={isPhone ? 20 : 16}
      onOpen={() => setState("open")}
      onClose={close}
    >
      {state === "asking" && (
        <p class="menu-note">It is at work. What it does now is lost.</p>
      )}
      {state === "stopping" && <p class="menu-note" role="status">Stopping…</p>}
      {(state === "asking" ? items.filter((i) => i.isDangerous) : items)
        .map(({ label, isDangerous, run }) => (
          <MoreItem
            key={label}
            label={label}
            isDangerous={isDangerous}
            isDisabled={state === "stopping"}
            onPress={() => {
              if (!isDangerous) close();
              run();
            }}
          />
        ))}
    </MoreMenu>
  );
}

function itemsOf(
  page: Page,
  node: NodeRecord,
  stop: (force: boolean) => void,
): readonly Item[] {
  const { nodes, navigation, notices } = page;
  const { terminal } = node;
  const isPhone = page.viewport.layout.value === "phone";
  const isHere = nodes.hasTerminals.value &&
    node.machine === nodes.server.value?.machine;
  const items: Item[] = [];
  if (isPhone) {
    items.push({
      label: "All commands",
      run: () => navigation.open("palette"),
    });
  }
  if (isHere) {
    items.push({
      label: "Open a terminal in its folder",
      run: () => void openShell(page, node.cwd),
    });
  }
  if (isHere && terminal !== undefined) {
    items.push({
      label: "Open its terminal in the whole window",
      run: () => navigation.go({ kind: "terminal", id: terminal }),
    }, {
      label: "Copy the command that attaches",
      run() {
        navigator.clipboard?.writeText(`hypivisor attach ${node.id}`)
          .then(() => notices.say("Copied. Run it in any terminal here"))
          // Plain HTTP has no clipboard.
          .catch(() => notices.say(`Run: hypivisor attach ${node.id}`));
      },
    });
    if (node.state.kind !== "offline") {
      items.push(
        { label: "Stop the agent", isDangerous: true, run: () => stop(false) },
        { label: "Stop it by force", isDangerous: true, run: () => stop(true) },
      );
    }
  }
  return items;
}
