/**
 * The page's parts, built once and joined here, in one visible place.
 *
 * Views get the page and read from it what they show; models never see it.
 */

import { effect, signal } from "@preact/signals";
import type { ClientPush } from "../server/protocol/rpc.ts";
import { Link, type LinkOptions } from "./link.ts";
import { browserPort } from "./link_port.ts";
import { AppearanceModel, browserScheme } from "./models/appearance.ts";
import { browserTicks, ClockModel } from "./models/clock.ts";
import { DraftsModel } from "./models/drafts.ts";
import { browserHistory, NavigationModel } from "./models/navigation.ts";
import { NodesModel } from "./models/nodes.ts";
import { NoticesModel } from "./models/notices.ts";
import { OpenAgentsModel } from "./models/open_agent.ts";
import { RosterModel } from "./models/roster.ts";
import { SpokenModel } from "./models/spoken.ts";
import { ViewportModel } from "./models/viewport.ts";
import { openServiceParts } from "./page_services.ts";
import { openTerminalParts } from "./page_terminals.ts";
import { Rpc } from "./rpc.ts";
import { browserStorage } from "./storage.ts";

/** What a shortcut can do to the conversation on screen. */
export interface TranscriptHands {
  toBottom(): void;
  previousPrompt(): void;
  nextPrompt(): void;
  toggleTools(): void;
  toggleThinking(): void;
  find(): void;
}

/** What a shortcut can do to the composer on screen. */
export interface ComposerHands {
  focus(): void;
  stop(): void;
  openModels(): void;
  openThinking(): void;
  attach(): void;
}

/** What a shortcut can do to the terminal that has or had the focus. */
export interface TerminalHands {
  find(): void;
  /** Moves the focus out of it. */
  leave(): void;
}

/** What a shortcut can do to the service on screen. */
export interface ServiceHands {
  filter(): void;
  toggleWrap(): void;
  /** Shows the tools in place of the log, or the other way round. */
  turn(): void;
  askAgent(): void;
}

/** Views put their hands here while they are mounted. */
export interface Hands {
  readonly terminal: TerminalHands | undefined;
  readonly service: ServiceHands | undefined;
  readonly transcript: TranscriptHands | undefined;
  readonly composer: ComposerHands | undefined;
  /** Renames the agent on screen, in its header. */
  readonly rename: (() => void) | undefined;
  /** Whether a key is the page's even within a terminal. */
  readonly isPageKey: ((event: KeyboardEvent) => boolean) | undefined;
}

export type Page = ReturnType<typeof openPage>;

export function openPage() {
  const connect = (options: LinkOptions) => new Link(options, browserPort);
  const registry = connect({ path: () => "/ws" });
  const rpc = new Rpc(registry);
  const onPush = (listener: (push: ClientPush) => void) =>
    registry.onFrame((frame) => {
      // The original's clients are told by `event`; those are not for us.
      if ("method" in frame) listener(frame as ClientPush);
    });
  const nodes = new NodesModel({
    state: registry.state,
    onPush,
    call: (method, params) => rpc.call(method, params),
  });
  const appearance = new AppearanceModel(browserStorage, browserScheme);
  const navigation = new NavigationModel(browserHistory);
  const hands = signal<Hands>({
    transcript: undefined,
    composer: undefined,
    rename: undefined,
    terminal: undefined,
    service: undefined,
    isPageKey: undefined,
  });
  const viewport = new ViewportModel();
  const notices = new NoticesModel();

  effect(() => {
    const { dataset } = document.documentElement;
    dataset.theme = appearance.shown.value;
    dataset.density = appearance.density.value;
  });

  const terminalParts = openTerminalParts({
    rpc,
    nodes,
    navigation,
    appearance,
    notices,
    isAwake: viewport.awake,
    registry: registry.state,
    connect,
    onPush,
    isPageKey: (event) => hands.peek().isPageKey?.(event) ?? false,
  });

  const serviceParts = openServiceParts({ rpc, nodes, notices, onPush });

  registry.start();
  return {
    ...serviceParts,
    ...terminalParts,
    registry,
    rpc,
    onPush,
    nodes,
    roster: new RosterModel(nodes.all, appearance.collapsed),
    appearance,
    navigation,
    hands,
    agents: new OpenAgentsModel(navigation.agent, browserStorage, connect),
    drafts: new DraftsModel(browserStorage),
    clock: new ClockModel(browserTicks),
    viewport,
    notices,
    spoken: new SpokenModel(nodes.byId),
  };
}
