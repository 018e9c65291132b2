/** What a person can do to terminals and spawned agents, for `actions.ts`. */

import type { NodeId, NodeRecord } from "../server/protocol/node.ts";
import type { Action } from "./actions.ts";
import { hasShellIn } from "./models/dock.ts";
import { otherView, type StageView, viewOf } from "./models/stage_view.ts";
import type { Page } from "./page.ts";
import { sayFailure } from "./rpc.ts";

export function terminalActions(page: Page): Action[] {
  const { nodes, navigation, hands, stageView } = page;
  const isOff = () => !nodes.hasTerminals.peek();
  const onStage = () => {
    const id = navigation.agent.peek();
    const node = id === undefined ? undefined : nodes.byId.peek().get(id);
    return node?.terminal === undefined ? undefined : node;
  };
  const entry = (action: Omit<Action, "group">): Action => ({
    isOff,
    ...action,
    group: "Terminal",
  });
  return [
    entry({
      id: "new-agent",
      label: "New agent",
      icon: "plus",
      keys: "n",
      run: () => navigation.open("spawn"),
    }),
    entry({
      id: "dock",
      label: "Show or hide the terminals",
      icon: "terminal",
      keys: "ctrl+`",
      inTerminal: true,
      run: () => toggleTerminals(page),
    }),
    entry({
      id: "new-terminal",
      label: "New terminal",
      icon: "terminal",
      keys: "ctrl+shift+`",
      inTerminal: true,
      run: () => void openShell(page),
    }),
    entry({
      id: "stage-view",
      label: "Switch between conversation and terminal",
      icon: "terminal",
      keys: "t",
      isOff: () => isOff() || onStage() === undefined,
      run() {
        const node = onStage();
        if (!node) return;
        showView(page, node, otherView(viewOf(node, stageView.chosen.peek())));
      },
    }),
    entry({
      id: "find-terminal",
      label: "Find in the terminal",
      icon: "search",
      keys: "ctrl+shift+f",
      inTerminal: true,
      isOff: () => hands.peek().terminal === undefined,
      run: () => hands.peek().terminal?.find(),
    }),
    entry({
      id: "leave-terminal",
      label: "Leave the terminal",
      icon: "log-out",
      keys: "ctrl+alt+.",
      inTerminal: true,
      isOff: () => hands.peek().terminal === undefined,
      run: () => hands.peek().terminal?.leave(),
    }),
  ];
}

/** The dock, or on a phone the list of terminals. */
export function toggleTerminals(page: Page): void {
  const { dock, viewport, navigation } = page;
  if (viewport.layout.peek() === "phone") {
    return navigation.go({ kind: "terminals" });
  }
  if (dock.isOpen.peek()) {
    dock.setOpen(false);
    page.hands.peek().composer?.focus();
    return;
  }
  const { folder } = dock.scene.peek();
  dock.setOpen(true);
  const hasTab = folder === ""
    ? dock.tabs.peek().length > 0
    : hasShellIn(dock.tabs.peek(), folder);
  if (!hasTab) return void openShell(page);
  const active = dock.active.peek();
  if (active) page.screens.focus(active.id);
}

/** A shell in the folder of the agent on stage, where it is then shown. */
export async function openShell(page: Page, folder?: string): Promise<void> {
  const { dock, terminalDo, viewport, navigation } = page;
  const where = folder ?? dock.scene.peek().folder;
  const isPhone = viewport.layout.peek() === "phone";
  if (!isPhone) dock.setOpen(true);
  const opened = await terminalDo.open(where || undefined);
  if (!opened) return;
  if (isPhone) navigation.go({ kind: "terminal", id: opened.id });
  else dock.pick(opened.id);
  page.screens.focus(opened.id);
}

/** Shows an agent's conversation or its terminal, ready to be typed into. */
export function showView(page: Page, node: NodeRecord, view: StageView): void {
  page.stageView.choose(node.id, view);
  if (view === "terminal" && node.terminal) page.screens.focus(node.terminal);
}

/** Starts an offline agent's session again, and shows it coming. */
export async function resumeNode(page: Page, node: NodeId): Promise<void> {
  const started = await page.terminalDo.resume(node);
  if (started) page.navigation.go({ kind: "agent", id: started.node });
}

/** Removes an agent that is gone, with its conversation, from the list. */
export function forgetNode(page: Page, node: NodeId): void {
  page.rpc.call("forget_node", { node })
    .then(() => page.navigation.go({ kind: "home" }))
    .catch((thrown) =>
      page.notices.say(`Could not remove the agent: ${sayFailure(thrown)}`)
    );
}
