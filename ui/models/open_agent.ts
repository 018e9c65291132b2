/**
 * The agents whose conversation this page has open or had open lately.
 *
 * One link at a time is alive, that of the agent on screen. The others keep
 * what they knew, so that coming back shows it at once and then only fetches
 * what was missed.
 */

import {
  computed,
  createModel,
  effect,
  type ReadonlySignal,
  signal,
  untracked,
} from "@preact/signals";
import { VIEWER_SUBPROTOCOL } from "../../server/protocol/version.ts";
import type { NodeId } from "../../server/protocol/node.ts";
import type { ViewerDown } from "../../server/protocol/viewer.ts";
import type { Link, LinkOptions } from "../link.ts";
import { Rpc } from "../rpc.ts";
import type { Storage } from "../storage.ts";
import { CatchUpModel } from "./catch_up.ts";
import { type ConversationLink, ConversationModel } from "./conversation.ts";
import { besidesQueue, browserOutbox, OutboxModel } from "./outbox.ts";
import type { PendingPrompt } from "../transcript/pending.ts";

export interface OpenAgent {
  readonly id: NodeId;
  readonly link: Link;
  readonly rpc: Rpc;
  readonly conversation: ConversationModel;
  readonly outbox: OutboxModel;
  /** What is on its way and not in the agent's queue either. */
  readonly pending: ReadonlySignal<readonly PendingPrompt[]>;
  readonly catchUp: CatchUpModel;
  dispose(): void;
}

/** A prompt arrives near the end; the whole history need not be searched. */
const ARRIVALS_WITHIN = 200;

/** Each may hold some megabytes; nobody goes back and forth between more. */
const MAX_KEPT = 8;

export type OpenAgentsModel = InstanceType<typeof OpenAgentsModel>;

export const OpenAgentsModel = createModel(
  (
    selected: ReadonlySignal<NodeId | undefined>,
    storage: Storage,
    connect: (options: LinkOptions) => Link,
  ) => {
    const kept = new Map<NodeId, OpenAgent>();
    const current = signal<OpenAgent | undefined>(undefined);

    effect(() => {
      const id = selected.value;
      untracked(() => {
        current.peek()?.link.stop();
        if (id === undefined) return current.value = undefined;
        const agent = kept.get(id) ?? openAgent(id, storage, connect);
        kept.delete(id);
        kept.set(id, agent);
        agent.link.start();
        current.value = agent;
        for (const [oldest, agent] of kept) {
          if (kept.size <= MAX_KEPT) break;
          kept.delete(oldest);
          agent.dispose();
        }
      });
    });

    return { current };
  },
);

function openAgent(
  id: NodeId,
  storage: Storage,
  connect: (options: LinkOptions) => Link,
): OpenAgent {
  const link: Link = connect({
    path: () => viewerPath(id, conversation.place()),
    protocols: [VIEWER_SUBPROTOCOL],
  });
  const rpc = new Rpc(link);
  const conversation = new ConversationModel(conversationLink(link, rpc));
  const promptIds = computed((): ReadonlySet<string> => {
    const newest = conversation.items.value.slice(-ARRIVALS_WITHIN);
    return new Set(
      newest.flatMap((item) =>
        item.kind === "message" ? item.promptId ?? [] : []
      ),
    );
  });
  const outbox = new OutboxModel({
    node: id,
    link: {
      isReachable: computed(() =>
        link.state.value.kind === "open" &&
        conversation.node.value?.state.kind !== "offline"
      ),
      prompt: (params) => rpc.call("prompt", params),
    },
    arrivals: { receipts: conversation.receipts, promptIds },
    storage,
    port: browserOutbox,
  });
  const catchUp = new CatchUpModel(
    link.state,
    conversation.items,
    outbox.isOwn,
  );
  // A missed change cannot be repaired in place: begin with a new snapshot.
  const stopRepair = effect(() => {
    if (!conversation.broken.value) return;
    untracked(() => {
      link.stop();
      link.start();
    });
  });
  return {
    id,
    link,
    rpc,
    conversation,
    outbox,
    pending: computed(() =>
      besidesQueue(
        outbox.prompts.value,
        conversation.facts.value?.queue ?? [],
      )
    ),
    catchUp,
    dispose() {
      stopRepair();
      link.stop();
      catchUp[Symbol.dispose]();
      outbox[Symbol.dispose]();
      conversation[Symbol.dispose]();
    },
  };
}

function conversationLink(link: Link, rpc: Rpc): ConversationLink {
  return {
    onFrame: (listener) =>
      link.onFrame((frame) => {
        if (!("jsonrpc" in frame)) listener(frame as ViewerDown);
      }),
    call: (method, params) => rpc.call(method, params),
  };
}

function viewerPath(
  id: NodeId,
  place: { stream: string; seq: number } | undefined,
): string {
  const path = `/ws/agent/${encodeURIComponent(id)}`;
  if (!place) return path;
  const query = new URLSearchParams({
    stream: place.stream,
    seq: String(place.seq),
  });
  return `${path}?${query}`;
}
