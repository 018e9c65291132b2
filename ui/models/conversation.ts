/**
 * One agent's conversation as this page shows it.
 *
 * Written only by frames from the hub. Frames are applied as they come and
 * shown once per animation frame, all signals in one batch, so that 200 changes
 * a second cost as much as 60. To act on the agent, call the link; the outcome
 * comes back as a frame.
 */

import { batch, createModel, effect, signal } from "@preact/signals";
import type { AgentFacts, Receipt } from "../../server/protocol/event.ts";
import type { Item } from "../../server/protocol/item.ts";
import type { Activity, NodeRecord } from "../../server/protocol/node.ts";
import type {
  MethodName,
  ParamsOf,
  ResultOf,
} from "../../server/protocol/rpc.ts";
import type { ViewerDown } from "../../server/protocol/viewer.ts";
import type { LiveFlight, LiveTool } from "./conversation_flight.ts";
import { ConversationState, type Place } from "./conversation_state.ts";

export interface ConversationLink {
  /** Calls `listener` with every frame that is no reply. Returns the undo. */
  onFrame(listener: (frame: ViewerDown) => void): () => void;
  call<M extends MethodName>(
    method: M,
    params: Omit<ParamsOf<M>, "node">,
  ): Promise<ResultOf<M>>;
}

/** About 100 messages, which is more than a screen and less than a second. */
const PAGE_BYTES = 256 * 1024;

/** After a page failed, for so long none is asked for: no endless knocking. */
const RETRY_PAGE_MS = 3_000;

/** A hidden tab gets no animation frames; then this often is enough. */
const HIDDEN_FRAME_MS = 500;

export type ConversationModel = InstanceType<typeof ConversationModel>;

export const ConversationModel = createModel(
  (link: ConversationLink, frames: FrameClock = browserFrames) => {
    const state = new ConversationState();
    const node = signal<NodeRecord | undefined>(undefined);
    const items = signal<readonly Item[]>([]);
    const more = signal(false);
    const loading = signal<"idle" | "loading" | "failed">("idle");
    const flight = signal<LiveFlight | undefined>(undefined);
    const tools = signal<ReadonlyMap<string, LiveTool>>(new Map());
    const facts = signal<AgentFacts | undefined>(undefined);
    const activity = signal<Activity | undefined>(undefined);
    const receipts = signal<ReadonlyMap<string, Receipt>>(new Map());
    const thoughts = signal<ReadonlyMap<string, number>>(new Map());
    const broken = signal(false);
    const ready = signal(false);

    let cancelFrame: (() => void) | undefined;

    const publish = () => {
      cancelFrame?.();
      cancelFrame = undefined;
      batch(() => {
        node.value = state.node;
        items.value = state.items.view();
        more.value = state.items.more;
        flight.value = state.flight.publish();
        tools.value = state.tools.publish();
        facts.value = state.facts;
        activity.value = state.activity;
        receipts.value = state.receipts;
        thoughts.value = state.thoughts;
        broken.value = state.broken;
        ready.value = state.place !== undefined;
      });
    };

    effect(() => {
      const stop = link.onFrame((frame) => {
        state.apply(frame, frames.now());
        // A snapshot is what a person waits for; the rest can wait a frame.
        if (frame.type === "snapshot" || state.broken) publish();
        else if (frame.type !== "beat") cancelFrame ??= frames.next(publish);
      });
      return () => {
        stop();
        cancelFrame?.();
      };
    });

    return {
      node,
      /** Oldest first. Each keeps its identity for as long as it is here. */
      items,
      /** Older items exist than those in `items`. */
      more,
      loading,
      flight,
      tools,
      facts,
      activity,
      receipts,
      thoughts,
      /** A change was missed: open the link again, without a place. */
      broken,
      /** The first snapshot is here. */
      ready,
      /** Asks for the page before the oldest item, one at a time. */
      loadOlder(): void {
        const before = state.items.oldest;
        if (loading.peek() !== "idle" || !state.items.more || !before) return;
        loading.value = "loading";
        link.call("page", { before, bytes: PAGE_BYTES }).then((page) => {
          // A new stream may have come meanwhile, with other items.
          if (state.items.oldest === before) {
            state.items.prepend(page.items, page.more);
          }
          batch(() => {
            loading.value = "idle";
            publish();
          });
        }).catch(() => {
          loading.value = "failed";
          frames.after(RETRY_PAGE_MS, () => loading.value = "idle");
        });
      },
      /** Where to resume from, or undefined to start with a snapshot. */
      place(): Place | undefined {
        return state.broken ? undefined : state.place;
      },
    };
  },
);

/** The clock and the frames of a browser; tests bring their own. */
export interface FrameClock {
  now(): number;
  /** Calls back before the next paint. Returns the undo. */
  next(callback: () => void): () => void;
  after(ms: number, callback: () => void): void;
}

const browserFrames: FrameClock = {
  now: () => Date.now(),
  next(callback) {
    if (document.visibilityState === "hidden") {
      const timer = setTimeout(callback, HIDDEN_FRAME_MS);
      return () => clearTimeout(timer);
    }
    const frame = requestAnimationFrame(callback);
    return () => cancelAnimationFrame(frame);
  },
  after: (ms, callback) => void setTimeout(callback, ms),
};
