/**
 * Everything a person can do by key or from the palette, one entry each.
 *
 * The shortcut sheet, the palette and the keyboard all read this table, so
 * that what is shown is what works.
 */

import type { NodeId } from "../server/protocol/node.ts";
import { nextWaiting, stepAgent } from "./models/roster.ts";
import type { Page } from "./page.ts";
import { serviceActions } from "./service_actions.ts";
import { terminalActions } from "./terminal_actions.ts";
import type { IconName } from "./components/icon.tsx";

export type ActionGroup =
  | "Go"
  | "Conversation"
  | "Terminal"
  | "Service"
  | "Page";

export interface Action {
  readonly id: string;
  readonly label: string;
  readonly group: ActionGroup;
  readonly icon: IconName;
  /** As `shortcut` reads it; absent where only the palette offers it. */
  readonly keys?: string;
  /** A second key for the same, from another habit. */
  readonly alsoKeys?: string;
  /** Its keys are the page's in a terminal too, and no program gets them. */
  readonly inTerminal?: boolean;
  /** Not possible just now: not offered, and its key does nothing. */
  readonly isOff?: () => boolean;
  run(): void;
}

export function makeActions(page: Page): readonly Action[] {
  return [
    ...goActions(page),
    ...talkActions(page),
    ...terminalActions(page),
    ...serviceActions(page),
    ...pageActions(page),
  ];
}

function goActions({ navigation, roster }: Page): Action[] {
  const goTo = (id: NodeId | undefined) => {
    if (id !== undefined) navigation.go({ kind: "agent", id });
  };
  const step = (by: 1 | -1) =>
    goTo(stepAgent(roster.order.peek(), navigation.agent.peek(), by));
  return [
    {
      id: "palette",
      label: "Search agents and commands",
      group: "Go",
      icon: "search",
      keys: "mod+k",
      run: () => navigation.open("palette"),
    },
    {
      id: "next-agent",
      label: "Next agent",
      group: "Go",
      icon: "arrow-down",
      keys: "j",
      run: () => step(1),
    },
    {
      id: "previous-agent",
      label: "Previous agent",
      group: "Go",
      icon: "arrow-up",
      keys: "k",
      run: () => step(-1),
    },
    {
      id: "next-waiting",
      label: "Next agent that needs me",
      group: "Go",
      icon: "triangle-alert",
      keys: "mod+j",
      isOff: () => roster.waitingCount.peek() === 0,
      run: () =>
        goTo(
          nextWaiting(roster.roster.peek().needsYou, navigation.agent.peek()),
        ),
    },
    {
      id: "home",
      label: "All agents",
      group: "Go",
      icon: "bot",
      keys: "g a",
      run: () => navigation.go({ kind: "home" }),
    },
  ];
}

function talkActions({ navigation, hands }: Page): Action[] {
  const isOff = () => navigation.agent.peek() === undefined;
  const composer = () => hands.peek().composer;
  const transcript = () => hands.peek().transcript;
  const entry = (
    action: Omit<Action, "group" | "isOff">,
  ): Action => ({ ...action, group: "Conversation", isOff });
  return [
    entry({
      id: "compose",
      label: "Write a message",
      icon: "pencil",
      keys: "c",
      alsoKeys: "/",
      run: () => composer()?.focus(),
    }),
    entry({
      id: "attach",
      label: "Attach files",
      icon: "paperclip",
      keys: "alt+a",
      run: () => composer()?.attach(),
    }),
    entry({
      id: "stop",
      label: "Stop the agent",
      icon: "square",
      keys: "mod+shift+x",
      run: () => composer()?.stop(),
    }),
    entry({
      id: "model",
      label: "Choose the model",
      icon: "bot",
      keys: "alt+m",
      run: () => composer()?.openModels(),
    }),
    entry({
      id: "thinking",
      label: "Choose the thinking level",
      icon: "settings",
      keys: "alt+t",
      run: () => composer()?.openThinking(),
    }),
    entry({
      id: "rename",
      label: "Rename the agent",
      icon: "pencil",
      keys: "alt+r",
      run: () => hands.peek().rename?.(),
    }),
    entry({
      id: "tools",
      label: "Expand or collapse tools",
      icon: "list",
      keys: "alt+o",
      run: () => transcript()?.toggleTools(),
    }),
    entry({
      id: "thoughts",
      label: "Show or hide thinking",
      icon: "list",
      keys: "alt+h",
      run: () => transcript()?.toggleThinking(),
    }),
    entry({
      id: "previous-prompt",
      label: "Previous prompt",
      icon: "arrow-up",
      keys: "ctrl+ArrowUp",
      run: () => transcript()?.previousPrompt(),
    }),
    entry({
      id: "next-prompt",
      label: "Next prompt",
      icon: "arrow-down",
      keys: "ctrl+ArrowDown",
      run: () => transcript()?.nextPrompt(),
    }),
    entry({
      id: "bottom",
      label: "Go to the newest and follow",
      icon: "arrow-down",
      keys: "ctrl+End",
      run: () => transcript()?.toBottom(),
    }),
    {
      id: "find",
      label: "Find in the conversation, again: in the page",
      group: "Conversation",
      icon: "search",
      keys: "mod+f",
      // From within our own field the key means the browser's.
      isOff: () =>
        isOff() || document.activeElement?.closest(".tx-find") != null,
      run: () => transcript()?.find(),
    },
  ];
}

function pageActions({ navigation, appearance, viewport }: Page): Action[] {
  const isAlone = () => navigation.agent.peek() === undefined;
  const showTab = (by: 1 | -1) => {
    const isShown = viewport.layout.peek() !== "desktop" ||
      appearance.inspector.peek() === "open";
    if (isShown) appearance.stepTab(by);
    else appearance.toggleColumn("inspector");
  };
  return [
    {
      id: "inspector",
      label: "Show or hide the inspector",
      group: "Page",
      icon: "panel-right",
      keys: "i",
      isOff: isAlone,
      run() {
        if (viewport.layout.peek() === "desktop") {
          appearance.toggleColumn("inspector");
        } else if (navigation.top.peek() === "inspector") {
          navigation.close("inspector");
        } else navigation.open("inspector");
      },
    },
    {
      id: "next-tab",
      label: "Next tab of the inspector",
      group: "Page",
      icon: "panel-right",
      keys: "]",
      isOff: isAlone,
      run: () => showTab(1),
    },
    {
      id: "previous-tab",
      label: "Previous tab of the inspector",
      group: "Page",
      icon: "panel-right",
      keys: "[",
      isOff: isAlone,
      run: () => showTab(-1),
    },
    {
      id: "rail",
      label: "Show or hide the list of agents",
      group: "Page",
      icon: "panel-left",
      keys: "mod+\\",
      run: () => appearance.toggleColumn("rail"),
    },
    {
      id: "shortcuts",
      label: "Keyboard shortcuts",
      group: "Page",
      icon: "keyboard",
      keys: "?",
      run: () => navigation.open("shortcuts"),
    },
    {
      id: "settings",
      label: "Settings",
      group: "Page",
      icon: "settings",
      keys: "mod+,",
      run: () => navigation.open("settings"),
    },
    {
      id: "pair",
      label: "Sign in another device",
      group: "Page",
      icon: "smartphone",
      run: () => navigation.open("pairing"),
    },
    {
      id: "theme",
      label: "Switch between dark and light",
      group: "Page",
      icon: "moon",
      run: () =>
        appearance.setTheme(
          appearance.shown.peek() === "dark" ? "light" : "dark",
        ),
    },
  ];
}
