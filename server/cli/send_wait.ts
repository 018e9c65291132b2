/**
 * A prompt and what comes of it, to the end: sent on a viewer's socket, so that
 * nothing of the answer is missed, and followed over cuts and restarts.
 */

import type { Receipt } from "../protocol/event.ts";
import { HypivisorError } from "../errors.ts";
import type { Item, ItemKey } from "../protocol/item.ts";
import type { NodeRecord } from "../protocol/node.ts";
import type { ViewerDown } from "../protocol/viewer.ts";
import type { Connection } from "./connection.ts";
import { follow } from "./conversation.ts";
import { Speaker } from "./speaker.ts";
import { plain } from "./style.ts";
import { answerText } from "./transcript_text.ts";

/** Agents of old pi never say that a prompt is done; at rest it is. */
const REST_MS = 500;

/** An agent whose link was cut comes back, if it comes back, within this. */
const BACK_WITHIN_MS = 60_000;

/** Sent again with the same id after a cut, it runs once all the same. */
const SEND_AGAIN_MS = 500;
const SENDS_MAX = 20;

export interface WaitedPrompt {
  readonly id: string;
  readonly text: string;
  readonly mode: "steer" | "followUp";
}

/** How it ended, complete. */
export interface WaitEnd {
  readonly id: string;
  /** All that the agent said in answer. */
  readonly text: string;
  /** Null if it went well. */
  readonly error: string | null;
}

export interface WaitOutput {
  /** The answer, as it is written. */
  say(text: string): void;
  /** A line for the person that waits. */
  tell(line: string): void;
}

export async function sendAndWait(
  connection: Connection,
  node: NodeRecord,
  prompt: WaitedPrompt,
  output: WaitOutput,
): Promise<WaitEnd> {
  const answer = new Answer(prompt.id, output);
  using conversation = await follow(
    connection,
    node.id,
    (frame) => answer.hear(frame),
  );
  await Promise.race([answer.begun, conversation.failed]);
  const receipt = await sendOnce();
  answer.receipt(receipt);
  const error = await Promise.race([answer.ended, conversation.failed]);
  return { id: prompt.id, text: answer.text, error };

  /** A link that is cut meanwhile leaves open whether it arrived. */
  async function sendOnce(): Promise<Receipt> {
    for (let sends = 1;; sends++) {
      try {
        return await conversation.rpc.call("prompt", {
          node: node.id,
          ...prompt,
        });
      } catch (thrown) {
        const isLost = thrown instanceof HypivisorError &&
          thrown.code === "unavailable";
        if (!isLost || sends >= SENDS_MAX) throw thrown;
        await Promise.race([Bun.sleep(SEND_AGAIN_MS), conversation.failed]);
      }
    }
  }
}

/** Where our prompt stands, from the first frame to the last. */
type Stage = "sent" | "started" | "ended";

class Answer {
  /** Resolves when the conversation is there. */
  readonly begun: Promise<void>;
  /** Resolves to what went wrong, or null. */
  readonly ended: Promise<string | null>;
  readonly #id: string;
  readonly #output: WaitOutput;
  readonly #speaker: Speaker;
  readonly #spoken = new Set<ItemKey>();
  #begin: () => void = () => {};
  #end: (error: string | null) => void = () => {};
  #stage: Stage = "sent";
  #text = "";
  #error: string | null = null;
  #rest: ReturnType<typeof setTimeout> | undefined;
  #absence: ReturnType<typeof setTimeout> | undefined;
  #question: string | undefined;

  constructor(id: string, output: WaitOutput) {
    this.#id = id;
    this.#output = output;
    this.#speaker = new Speaker((text) => {
      const isNext = !this.#speaker.isSpeaking && this.#text !== "";
      this.#say(isNext ? `\n${text}` : text);
    });
    const begun = Promise.withResolvers<void>();
    this.begun = begun.promise;
    this.#begin = begun.resolve;
    const ended = Promise.withResolvers<string | null>();
    this.ended = ended.promise;
    this.#end = ended.resolve;
  }

  get text(): string {
    return this.#text.trimEnd();
  }

  hear(frame: ViewerDown): void {
    switch (frame.type) {
      case "snapshot":
        this.#begin();
        for (const item of this.#sinceOurs(frame.items)) this.#item(item);
        for (const receipt of frame.receipts) this.receipt(receipt);
        if (this.#stage === "started") this.#speaker.flight(frame.flight);
        this.#node(frame.node);
        return;
      case "node":
        return this.#node(frame.node);
      case "item":
        return this.#item(frame.item);
      case "receipt":
        return this.receipt(frame.receipt);
      case "flight":
      case "block":
      case "delta":
        if (this.#stage === "started") this.#speaker.change(frame);
        return;
      case "activity":
        if (this.#stage !== "started") return;
        clearTimeout(this.#rest);
        if (frame.activity.kind === "idle" || frame.activity.kind === "error") {
          this.#rest = setTimeout(() => this.#finish(), REST_MS);
        }
    }
  }

  receipt({ id, state, reason }: Receipt): void {
    if (id !== this.#id || this.#stage === "ended") return;
    if (state === "started") this.#stage = "started";
    if (state === "done") this.#finish();
    if (state === "refused") {
      this.#error = `The agent refused it: ${
        plain(reason ?? "it gave no reason")
      }`;
      this.#finish();
    }
  }

  /** Of a snapshot, what came behind our prompt. */
  #sinceOurs(items: readonly Item[]): readonly Item[] {
    if (this.#stage === "ended") return [];
    const at = items.findIndex((item) => this.#isOurs(item));
    return at < 0 ? [] : items.slice(at);
  }

  #isOurs(item: Item): boolean {
    return item.kind === "message" && item.promptId === this.#id;
  }

  #item(item: Item): void {
    if (this.#isOurs(item) && this.#stage === "sent") this.#stage = "started";
    if (this.#stage !== "started" || item.kind !== "message") return;
    const { message } = item;
    if (message.role !== "assistant" || this.#spoken.has(item.key)) return;
    this.#spoken.add(item.key);
    if (answerText(message.content) !== "") this.#speaker.finish(item);
    this.#error = message.stopReason === "error"
      ? plain(message.errorMessage ?? "The answer failed")
      : message.stopReason === "aborted"
      ? "The agent was interrupted"
      : null;
  }

  #node({ state }: NodeRecord): void {
    if (state.kind === "waiting" && state.question !== this.#question) {
      this.#output.tell(`The agent asks: ${plain(state.question)}`);
    }
    this.#question = state.kind === "waiting" ? state.question : undefined;
    if (state.kind !== "offline") {
      clearTimeout(this.#absence);
      this.#absence = undefined;
      return;
    }
    const left = () => {
      this.#error = "The agent went away before it had answered";
      this.#finish();
    };
    if (state.reason === "quit") return left();
    this.#absence ??= setTimeout(left, BACK_WITHIN_MS);
  }

  #say(text: string): void {
    this.#text += text;
    this.#output.say(text);
  }

  #finish(): void {
    if (this.#stage === "ended") return;
    this.#stage = "ended";
    clearTimeout(this.#rest);
    clearTimeout(this.#absence);
    this.#end(this.#error);
  }
}
