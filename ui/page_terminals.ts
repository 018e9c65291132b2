/** The parts of the page that have to do with terminals, joined. */

import {
  computed,
  effect,
  type ReadonlySignal,
  untracked,
} from "@preact/signals";
import type { NodeRecord } from "../server/protocol/node.ts";
import type { ClientPush } from "../server/protocol/rpc.ts";
import type { Link, LinkOptions, LinkState } from "./link.ts";
import type { AppearanceModel } from "./models/appearance.ts";
import { DockModel, type DockScene } from "./models/dock.ts";
import type { NavigationModel } from "./models/navigation.ts";
import type { NodesModel } from "./models/nodes.ts";
import type { NoticesModel } from "./models/notices.ts";
import { OpenTerminalsModel } from "./models/open_terminals.ts";
import { SpawnModel } from "./models/spawn.ts";
import { StageViewModel, viewOf } from "./models/stage_view.ts";
import { terminalCommands } from "./models/terminal_commands.ts";
import { TerminalLookModel } from "./models/terminal_look.ts";
import type { Screen, ScreenEvents } from "./models/terminal_screen.ts";
import { TerminalsModel } from "./models/terminals.ts";
import type { Rpc } from "./rpc.ts";
import { browserName } from "./session.ts";
import { browserStorage } from "./storage.ts";

export interface TerminalParts {
  readonly rpc: Rpc;
  readonly nodes: NodesModel;
  readonly navigation: NavigationModel;
  readonly appearance: AppearanceModel;
  readonly notices: NoticesModel;
  readonly isAwake: ReadonlySignal<boolean>;
  readonly registry: ReadonlySignal<LinkState>;
  connect(options: LinkOptions): Link;
  onPush(listener: (push: ClientPush) => void): () => void;
  isPageKey(event: KeyboardEvent): boolean;
}

/** Letters after which somebody writes, and does not just answer a question. */
const WRITES_FROM_LETTERS = 2;

export function openTerminalParts(parts: TerminalParts) {
  const { rpc, nodes, navigation, notices } = parts;
  const call: Rpc["call"] = (method, params) => rpc.call(method, params);
  const look = new TerminalLookModel(browserStorage);
  const terminals = new TerminalsModel({
    start: nodes.terminals,
    onPush: parts.onPush,
  });
  const screens = new OpenTerminalsModel({
    connect: parts.connect,
    loadScreen: (events) => loadScreen(events, look),
    isPageKey: parts.isPageKey,
    setFontSize: look.setFontSize,
    say: notices.say,
    records: terminals.byId,
    isAwake: parts.isAwake,
    registry: parts.registry,
    viewerName: browserName(),
    after(ms, run) {
      const timer = setTimeout(run, ms);
      return () => clearTimeout(timer);
    },
  });
  const stageView = new StageViewModel(
    nodes.byId,
    ({ terminal }) =>
      terminal !== undefined &&
      (screens.find(terminal)?.letters.peek() ?? 0) >= WRITES_FROM_LETTERS,
  );
  const scene = computed(() => {
    const id = navigation.agent.value;
    const node = id === undefined ? undefined : nodes.byId.value.get(id);
    return sceneOf(node, nodes.server.value?.machine, stageView);
  });

  effect(() => {
    const { value } = look.look;
    untracked(() => screens.each(({ screen }) => screen.peek()?.look(value)));
  });
  effect(() => {
    // The page's own effect on this runs first: its tokens are new by now.
    void parts.appearance.shown.value;
    untracked(() => screens.each(({ screen }) => screen.peek()?.recolour()));
  });

  return {
    terminals,
    screens,
    stageView,
    terminalLook: look,
    dock: new DockModel(terminals.all, scene, browserStorage),
    terminalDo: terminalCommands({
      call,
      put: terminals.put,
      say: notices.say,
    }),
    spawn: new SpawnModel({
      call,
      nodes: nodes.all,
      machine: computed(() => nodes.server.value?.machine),
      storage: browserStorage,
    }),
  };
}

/** The dock opens in the folder of the agent on stage, if it is on this side. */
function sceneOf(
  node: NodeRecord | undefined,
  machine: string | undefined,
  { chosen }: StageViewModel,
): DockScene {
  if (!node || node.machine !== machine) return { folder: "" };
  return {
    folder: node.cwd,
    node: node.id,
    isTerminalOnStage: viewOf(node, chosen.value) === "terminal",
  };
}

/** A chunk of its own: the first terminal pays for it, not the first page. */
async function loadScreen(
  events: ScreenEvents,
  { look }: TerminalLookModel,
): Promise<Screen> {
  const { TerminalScreen } = await import("./screen/screen.ts");
  return new TerminalScreen(events, look.peek());
}
