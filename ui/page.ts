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

/** Views put their hands here while they are mounted. */
export interface Hands {
  readonly transcript: TranscriptHands | undefined;
  readonly composer: ComposerHands | undefined;
  /** Renames the agent on screen, in its header. */
  readonly rename: (() => void) | undefined;
}

export type Page = ReturnType<typeof openPage>;

export function openPage() {
  const connect = (options: LinkOptions) => new Link(options, browserPort);
  const registry = connect({ path: () => "/ws" });
  const rpc = new Rpc(registry);
  const nodes = new NodesModel({
    state: registry.state,
    onPush: (listener) =>
      registry.onFrame((frame) => {
        // The original's clients are told by `event`; those are not for us.
        if ("method" in frame) listener(frame as ClientPush);
      }),
    call: (method, params) => rpc.call(method, params),
  });
  const appearance = new AppearanceModel(browserStorage, browserScheme);
  const navigation = new NavigationModel(browserHistory);
  const hands = signal<Hands>({
    transcript: undefined,
    composer: undefined,
    rename: undefined,
  });

  effect(() => {
    const { dataset } = document.documentElement;
    dataset.theme = appearance.shown.value;
    dataset.density = appearance.density.value;
  });

  registry.start();
  return {
    registry,
    rpc,
    nodes,
    roster: new RosterModel(nodes.all, appearance.collapsed),
    appearance,
    navigation,
    hands,
    agents: new OpenAgentsModel(navigation.agent, browserStorage, connect),
    drafts: new DraftsModel(browserStorage),
    clock: new ClockModel(browserTicks),
    viewport: new ViewportModel(),
    notices: new NoticesModel(),
    spoken: new SpokenModel(nodes.byId),
  };
}
