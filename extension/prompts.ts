/**
 * Prompts on their way into the conversation, and pi's queue as far as it can
 * be known.
 *
 * pi never says whether it took a message. What can be seen is the `input`
 * event, which tells whether it was queued, and the user message that starts;
 * both are matched here by text, in order. Knows neither pi nor a clock.
 */

import type { QueuedPrompt, Receipt } from "../server/protocol/event.ts";

/** pi answers within milliseconds, unless it cannot take a prompt at all. */
const TAKEN_WITHIN_MS = 10_000;
/** A prompt that pi is slow to take holds up others for no longer. */
const BLOCKS_FOR_MS = 2_000;
/** At rest for this long, pi will not start what another extension swallowed. */
const SWALLOWED_AFTER_MS = 5_000;
/** Between leaving pi's queue and starting there are milliseconds. */
const TAKEN_BACK_AFTER_MS = 2_000;
/** Prompts shown of pi's queue; no person queues more. */
const QUEUE_MAX = 100;
/** Of each, shown: all of them go up together whenever one comes or goes. */
const QUEUED_TEXT_MAX = 4_000;

type Mode = "steer" | "followUp";

export interface Prompt {
  readonly id: string;
  /** As pi will have it: templates may change it on the way. */
  readonly text: string;
  readonly mode: Mode;
}

type Stage = "sent" | "taken" | "queued" | "started";

interface Tracked extends Prompt {
  stage: Stage;
  at: number;
}

interface Typed {
  readonly text: string;
  readonly mode: Mode;
}

export class Prompts {
  #tracked: Tracked[] = [];
  #typed: Typed[] = [];
  /** Since when pi's queue was seen empty at every look. */
  #emptySince: number | undefined;

  /** pi's queue, prompts of ours first. */
  get queue(): QueuedPrompt[] {
    const ours = this.#tracked.filter(({ stage }) => stage === "queued")
      .map(({ id, text, mode }) => ({ id, text, mode }));
    return [...ours, ...this.#typed].slice(0, QUEUE_MAX).map((prompt) => ({
      ...prompt,
      text: prompt.text.slice(0, QUEUED_TEXT_MAX),
    }));
  }

  /** Whether pi has yet to say something about a prompt that was sent. */
  isSending(now: number): boolean {
    return this.#tracked.some(({ stage, at }) =>
      (stage === "sent" || stage === "taken") && now - at < BLOCKS_FOR_MS
    );
  }

  sent(prompt: Prompt, now: number): void {
    this.#tracked.push({ ...prompt, stage: "sent", at: now });
  }

  /** pi refused it at once: nothing will be heard of it. */
  forget(id: string): void {
    this.#tracked = this.#tracked.filter((one) => one.id !== id);
  }

  /** pi's `input` event. `mode` is there if the message has to wait. */
  input(
    text: string,
    source: string,
    mode: Mode | undefined,
    now: number,
  ): Receipt | undefined {
    if (source !== "extension") {
      if (mode) this.#typed.push({ text, mode });
      return undefined;
    }
    const sent = this.#tracked.filter(({ stage }) => stage === "sent");
    const prompt = sent.find((one) => one.text === text) ?? sent[0];
    if (!prompt) return undefined;
    prompt.stage = mode ? "queued" : "taken";
    prompt.at = now;
    return mode ? { id: prompt.id, state: "queued" } : undefined;
  }

  /** A user message starts. Returns the prompt it came from. */
  started(text: string): Receipt | undefined {
    const waiting = this.#tracked.filter(({ stage }) => stage !== "started");
    // A skill or template, or another extension, may have rewritten it.
    const prompt = waiting.find((one) => one.text === text) ??
      (this.#isTyped(text)
        ? undefined
        : waiting.find((one) =>
          one.stage === "taken" || text.startsWith(`${one.text}\n`) ||
          (one.stage === "queued" && one.text.startsWith("/"))
        ));
    if (!prompt) {
      this.#untype(text);
      return undefined;
    }
    prompt.stage = "started";
    return { id: prompt.id, state: "started" };
  }

  /** pi has come to rest: what started is done. */
  settle(hasPending: boolean): Receipt[] {
    const done = this.#tracked.filter(({ stage }) => stage === "started");
    this.#tracked = this.#tracked.filter(({ stage }) => stage !== "started");
    const receipts = done.map(({ id }): Receipt => ({ id, state: "done" }));
    return hasPending ? receipts : [...receipts, ...this.#emptied()];
  }

  /** Gives up prompts that pi has not taken. Called now and then. */
  sweep(isIdle: boolean, hasPending: boolean, now: number): Receipt[] {
    const receipts: Receipt[] = [];
    this.#tracked = this.#tracked.filter(({ id, stage, at }) => {
      if (stage === "sent" && now - at > TAKEN_WITHIN_MS) {
        receipts.push(
          refusal(id, "pi did not take it, or another extension did"),
        );
        return false;
      }
      if (stage === "taken" && isIdle && now - at > SWALLOWED_AFTER_MS) {
        receipts.push({ id, state: "done" });
        return false;
      }
      return true;
    });
    if (hasPending) this.#emptySince = undefined;
    else this.#emptySince ??= now;
    if (isIdle && !hasPending) receipts.push(...this.#emptied());
    else if (this.#isTakenBack(now)) receipts.push(...this.#emptied());
    return receipts;
  }

  /** The session is gone, and with it whatever waited in it. */
  leave(): Receipt[] {
    const receipts = this.#tracked.map(({ id, stage }): Receipt =>
      stage === "started"
        ? { id, state: "done" }
        : refusal(id, "The agent went to another session")
    );
    this.#tracked = [];
    this.#typed = [];
    return receipts;
  }

  /** In the terminal what waits can be taken back while the run goes on. */
  #isTakenBack(now: number): boolean {
    const newest = this.#tracked.findLast(({ stage }) => stage === "queued");
    const since = Math.max(newest?.at ?? 0, this.#emptySince ?? Infinity);
    return now - since > TAKEN_BACK_AFTER_MS;
  }

  /** pi's queue is empty: what was in it went back to the terminal's editor. */
  #emptied(): Receipt[] {
    this.#typed = [];
    const gone = this.#tracked.filter(({ stage }) => stage === "queued");
    this.#tracked = this.#tracked.filter(({ stage }) => stage !== "queued");
    return gone.map(({ id }) =>
      refusal(id, "pi did not run it: the text is back in the editor")
    );
  }

  #isTyped(text: string): boolean {
    return this.#typed.some((typed) => typed.text === text);
  }

  #untype(text: string): void {
    const at = this.#typed.findIndex((typed) => typed.text === text);
    if (at >= 0) this.#typed.splice(at, 1);
  }
}

function refusal(id: string, reason: string): Receipt {
  return { id, state: "refused", reason };
}
