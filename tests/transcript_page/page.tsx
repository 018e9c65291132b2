/**
 * The transcript alone on a page, with a link that tests write to.
 *
 * Everything a test may do is on `globalThis.page`; frames are real ones.
 */

import { signal } from "@preact/signals";
import { render } from "preact";
import type { Item } from "../../server/protocol/item.ts";
import type { NodeId, NodeRecord } from "../../server/protocol/node.ts";
import type { ViewerDown } from "../../server/protocol/viewer.ts";
import type { Change } from "../../server/protocol/event.ts";
import {
  type ConversationLink,
  ConversationModel,
} from "../../ui/models/conversation.ts";
import type {
  PendingPrompt,
  ScrollPlace,
  TranscriptController,
} from "../../ui/transcript/pending.ts";
import { Transcript } from "../../ui/views/transcript.tsx";
import { mixedItems } from "./messages.ts";
import { everyKind, workingItems } from "./showcase.ts";

const listeners = new Set<(frame: ViewerDown) => void>();
const pending = signal<readonly PendingPrompt[]>([]);
let older: Item[] = [];
let place: ScrollPlace | undefined;
let controller: TranscriptController | undefined;
let seq = 0;

const link: ConversationLink = {
  onFrame(listener) {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
  // deno-lint-ignore no-explicit-any
  call(): Promise<any> {
    const items = older.splice(-40);
    return Promise.resolve({ items, more: older.length > 0 });
  },
};

const node: NodeRecord = {
  id: "n1" as NodeId,
  machine: "mira-mbp",
  cwd: "/home/mira/src/hypivisor",
  port: 0,
  state: { kind: "working", since: 0 },
  joinedAt: 0,
};

function send(frame: ViewerDown): void {
  for (const listener of listeners) listener(frame);
}

const page = {
  /** Draws a transcript of `items`; `before` are the older pages. */
  open(items: readonly Item[], before: readonly Item[] = []): void {
    older = [...before];
    const conversation = new ConversationModel(link);
    render(null, document.getElementById("app")!);
    render(
      <Transcript
        conversation={conversation}
        pending={pending}
        onRetry={() => {}}
        onDiscard={(id) => {
          pending.value = pending.value.filter((prompt) => prompt.id !== id);
        }}
        onEdit={() => {}}
        onQuote={() => {}}
        remember={{ load: () => place, save: (next) => place = next }}
        controller={(next) => controller = next}
      />,
      document.getElementById("app")!,
    );
    page.snapshot(items, before.length > 0);
  },
  snapshot(items: readonly Item[], more: boolean): void {
    seq = 0;
    send({
      type: "snapshot",
      stream: crypto.randomUUID(),
      seq,
      node,
      items,
      more,
      flight: null,
      tools: [],
      facts: null,
      activity: null,
      receipts: [],
    });
  },
  change(change: Change): void {
    send({ ...change, seq: ++seq });
  },
  pending(prompts: readonly PendingPrompt[]): void {
    pending.value = prompts;
  },
  place: () => place,
  setPlace(next: ScrollPlace | undefined): void {
    place = next;
  },
  controller: () => controller!,
  mixedItems,
  workingItems,
  everyKind,
};

export type TestPage = typeof page;

Object.assign(globalThis, { page });
