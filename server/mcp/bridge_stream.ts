/**
 * A bounded stream of server-sent events to one client.
 *
 * Hands bytes over only when the connection takes them, so that what is queued
 * here is what the client has not read. Knows nothing of the messages.
 */

import type { BridgeLimits } from "./bridge_limits.ts";
import { SSE_KEEP_ALIVE, sseEvent } from "./sse.ts";

/** How a stream ended before it was closed here. */
export type Gone = "left" | "too_slow";

export class EventStream {
  readonly response: Response;
  readonly #limits: BridgeLimits;
  readonly #onGone: (why: Gone) => void;
  readonly #keepAlive: ReturnType<typeof setInterval>;
  #queue: string[] = [];
  #queuedBytes = 0;
  #state: "open" | "closing" | "closed" = "open";
  /** Wakes the connection that waits for more. */
  #wake: (() => void) | undefined;

  constructor(
    limits: BridgeLimits,
    headers: Readonly<Record<string, string>>,
    onGone: (why: Gone) => void,
  ) {
    this.#limits = limits;
    this.#onGone = onGone;
    this.#keepAlive = setInterval(() => {
      if (this.#queue.length === 0) this.#push(SSE_KEEP_ALIVE);
    }, limits.keepAliveMs);
    // Bun 1.4.5 sends the headers with the first bytes, so there are some.
    this.#push(SSE_KEEP_ALIVE);
    const body = new ReadableStream<Uint8Array>({
      pull: (to) => this.#pull(to),
      cancel: () => this.#end("left"),
    }, { highWaterMark: 0 });
    this.response = new Response(body, {
      headers: {
        "Content-Type": "text/event-stream",
        "Cache-Control": "no-cache, no-transform",
        "X-Accel-Buffering": "no",
        ...headers,
      },
    });
  }

  get isOpen(): boolean {
    return this.#state === "open";
  }

  /** Queues one message, given as JSON. False if the stream is not open. */
  send(json: string): boolean {
    if (this.#state !== "open") return false;
    this.#push(sseEvent(json));
    if (this.#queuedBytes > this.#limits.streamBytes) {
      this.#end("too_slow");
      return false;
    }
    return true;
  }

  /** Ends the stream once what is queued has been taken. */
  close(): void {
    if (this.#state !== "open") return;
    this.#state = "closing";
    clearInterval(this.#keepAlive);
    this.#wake?.();
  }

  #push(text: string): void {
    this.#queue.push(text);
    this.#queuedBytes += text.length;
    this.#wake?.();
  }

  async #pull(to: ReadableStreamDefaultController<Uint8Array>): Promise<void> {
    while (this.#queue.length === 0 && this.#state === "open") {
      await new Promise<void>((resolve) => this.#wake = resolve);
      this.#wake = undefined;
    }
    if (this.#queue.length === 0 || this.#state === "closed") {
      this.#state = "closed";
      to.close();
      return;
    }
    const text = this.#queue.join("");
    this.#queue = [];
    this.#queuedBytes = 0;
    to.enqueue(new TextEncoder().encode(text));
  }

  #end(why: Gone): void {
    if (this.#state === "closed") return;
    this.#state = "closed";
    clearInterval(this.#keepAlive);
    this.#queue = [];
    this.#queuedBytes = 0;
    this.#wake?.();
    this.#onGone(why);
  }
}
