/**
 * Prompts sent from this browser, until they are in the transcript.
 *
 * Each has an id of its own. What was not acknowledged is sent again with the
 * same id after a reconnect, and the server runs an id once. Texts survive a
 * reload; a prompt whose attachments did not is given back to the person.
 */

import { computed, createModel, effect, signal } from "@preact/signals";
import type { ReadonlySignal } from "@preact/signals";
import type { Attachment } from "../../server/protocol/command.ts";
import type { QueuedPrompt, Receipt } from "../../server/protocol/event.ts";
import type { NodeId, UnixMs } from "../../server/protocol/node.ts";
import type { ParamsOf } from "../../server/protocol/rpc.ts";
import { CallRefused, sayFailure } from "../rpc.ts";
import { readStored, type Storage } from "../storage.ts";
import type { PendingPrompt } from "../transcript/pending.ts";

export interface OutboxLink {
  /** Whether there is a way to the agent: the link, and the agent's own. */
  readonly isReachable: ReadonlySignal<boolean>;
  prompt(params: Omit<ParamsOf<"prompt">, "node">): Promise<Receipt>;
}

/** What of the conversation tells an outbox that something arrived. */
export interface Arrivals {
  readonly receipts: ReadonlySignal<ReadonlyMap<string, Receipt>>;
  /** Ids of prompts that are items of the transcript. */
  readonly promptIds: ReadonlySignal<ReadonlySet<string>>;
}

export interface OutboxPort {
  now(): UnixMs;
  newId(): string;
  after(ms: number, run: () => void): void;
}

export interface NewPrompt {
  readonly text: string;
  readonly mode: "steer" | "followUp";
  readonly attachments: readonly Attachment[];
}

/** How long a prompt rests after the agent turned out to be away. */
const RETRY_AFTER_MS = 5_000;

/** More waiting prompts than a person writes; past it, sending is refused. */
const MAX_PENDING = 50;

export type OutboxModel = InstanceType<typeof OutboxModel>;

interface OutboxParts {
  readonly node: NodeId;
  readonly link: OutboxLink;
  readonly arrivals: Arrivals;
  readonly storage: Storage;
  readonly port: OutboxPort;
}

export const OutboxModel = createModel(
  ({ node, link, arrivals, storage, port }: OutboxParts) => {
    const key = `outbox:${node}`;
    const prompts = signal<readonly PendingPrompt[]>(
      (readStored(storage, key, isPromptList) ?? []).map(afterReload),
    );
    const files = new Map<string, readonly Attachment[]>();
    const ownIds = new Set(prompts.peek().map(({ id }) => id));

    const change = (next: readonly PendingPrompt[]) => {
      if (next === prompts.peek()) return;
      prompts.value = next;
      if (next.length === 0) storage.remove(key);
      else storage.set(key, JSON.stringify(next));
      for (const id of [...files.keys()]) {
        if (!next.some((prompt) => prompt.id === id)) files.delete(id);
      }
    };
    const receive = (receipt: Receipt) =>
      change(applyReceipt(prompts.peek(), receipt));

    const transmit = ({ id, text, mode }: PendingPrompt) => {
      change(setState(prompts.peek(), id, { state: "sent" }));
      const attachments = files.get(id) ?? [];
      link.prompt({
        id,
        text,
        mode,
        ...(attachments.length > 0 && { attachments }),
      }).then(receive).catch((thrown) => {
        const isAway = thrown instanceof CallRefused &&
          thrown.code === "unavailable";
        if (thrown instanceof CallRefused && !isAway) {
          return receive({ id, state: "refused", reason: sayFailure(thrown) });
        }
        // Nobody knows whether it arrived: the same id goes out again.
        if (isAway) rest();
        change(setState(prompts.peek(), id, { state: "unsent" }));
      });
    };

    // A daemon that has just come back is here before its agents are.
    const isResting = signal(false);
    const rest = () => {
      isResting.value = true;
      port.after(RETRY_AFTER_MS, () => isResting.value = false);
    };
    effect(() => {
      if (link.isReachable.value) isResting.value = false;
    });

    effect(() => {
      if (!link.isReachable.value || isResting.value) return;
      for (const prompt of prompts.value) {
        if (prompt.state === "unsent") transmit(prompt);
      }
    });

    effect(() => {
      let next = prompts.peek();
      for (const receipt of arrivals.receipts.value.values()) {
        next = applyReceipt(next, receipt);
      }
      const arrived = arrivals.promptIds.value;
      if (next.some((prompt) => arrived.has(prompt.id))) {
        next = next.filter((prompt) => !arrived.has(prompt.id));
      }
      change(next);
    });

    return {
      prompts,
      unsentCount: computed(() =>
        prompts.value.filter((prompt) =>
          prompt.state === "unsent" || prompt.state === "sent"
        ).length
      ),
      /** Whether a prompt was sent from this page, also long ago. */
      isOwn: (id: string): boolean => ownIds.has(id),
      /** False if too many are waiting: then nothing is taken. */
      send({ text, mode, attachments }: NewPrompt): boolean {
        if (prompts.peek().length >= MAX_PENDING) return false;
        const id = port.newId();
        ownIds.add(id);
        const prompt: PendingPrompt = {
          id,
          text,
          mode,
          at: port.now(),
          state: "unsent",
          attachments: attachments.length,
        };
        if (attachments.length > 0) files.set(id, attachments);
        change([...prompts.peek(), prompt]);
        return true;
      },
      /** Sends a refused one again, as a new prompt: its id has had its run. */
      retry(id: string): void {
        const again = port.newId();
        ownIds.add(again);
        const kept = files.get(id);
        if (kept) files.set(again, kept);
        change(
          prompts.peek().map((prompt) =>
            prompt.id === id && prompt.state === "refused"
              ? without(prompt, { id: again, state: "unsent" })
              : prompt
          ),
        );
      },
      /** Takes out the newest that is not on its way; returns its text. */
      takeLast(): string | undefined {
        const last = prompts.peek().findLast(({ state }) =>
          state === "unsent" || state === "refused"
        );
        if (last) change(prompts.peek().filter((other) => other !== last));
        return last?.text;
      },
      /** Takes one out and returns its text, to be edited or forgotten. */
      take(id: string): string | undefined {
        const prompt = prompts.peek().find((prompt) => prompt.id === id);
        change(prompts.peek().filter((other) => other !== prompt));
        return prompt?.text;
      },
    };
  },
);

/**
 * The prompts that are not in the agent's own queue: that is shown as well,
 * and tells the order in which pi will take them.
 */
export function besidesQueue(
  prompts: readonly PendingPrompt[],
  queue: readonly QueuedPrompt[],
): readonly PendingPrompt[] {
  if (queue.length === 0) return prompts;
  const queued = new Set(queue.map(({ id }) => id));
  return prompts.filter(({ id }) => !queued.has(id));
}

/** The prompts after a receipt; the same list if it says nothing new. */
export function applyReceipt(
  prompts: readonly PendingPrompt[],
  { id, state, reason }: Receipt,
): readonly PendingPrompt[] {
  const known = prompts.find((prompt) => prompt.id === id);
  if (!known || known.state === state) return prompts;
  if (state === "done") return prompts.filter((prompt) => prompt.id !== id);
  return setState(prompts, id, {
    state,
    ...(reason !== undefined && { reason }),
  });
}

function setState(
  prompts: readonly PendingPrompt[],
  id: string,
  change: Pick<PendingPrompt, "state"> & { reason?: string },
): readonly PendingPrompt[] {
  return prompts.map((prompt) =>
    prompt.id === id ? without(prompt, change) : prompt
  );
}

/** The prompt with `change`, its earlier reason forgotten. */
function without(
  { reason: _, ...prompt }: PendingPrompt,
  change: Partial<PendingPrompt>,
): PendingPrompt {
  return { ...prompt, ...change };
}

function afterReload(prompt: PendingPrompt): PendingPrompt {
  const isOut = prompt.state === "unsent" || prompt.state === "sent";
  if (!isOut) return prompt;
  if (prompt.attachments === 0) return { ...prompt, state: "unsent" };
  return {
    ...prompt,
    state: "refused",
    attachments: 0,
    reason: "Its attachments were lost when the page was reloaded",
  };
}

function isPromptList(value: unknown): value is PendingPrompt[] {
  return Array.isArray(value) &&
    value.every((prompt) =>
      typeof prompt?.id === "string" && typeof prompt.text === "string"
    );
}

export const browserOutbox: OutboxPort = {
  now: () => Date.now(),
  newId,
  after: (ms, run) => void setTimeout(run, ms),
};

/** Random enough; `crypto.randomUUID` is missing on plain HTTP. */
function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
