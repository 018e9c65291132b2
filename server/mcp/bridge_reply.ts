/**
 * The HTTP answer to one call: JSON if it is quick and alone, a stream of
 * events as soon as anything comes before it or it takes its time.
 *
 * Knows neither eras nor the server. `onGone` says that nobody waits any more.
 */

import type { BridgeLimits } from "./bridge_limits.ts";
import { EventStream } from "./bridge_stream.ts";

type State =
  | { readonly kind: "waiting"; readonly timer: ReturnType<typeof setTimeout> }
  | { readonly kind: "streaming"; readonly stream: EventStream }
  | { readonly kind: "done" };

export class Reply {
  readonly response: Promise<Response>;
  readonly #resolve: (response: Response) => void;
  readonly #takesStream: boolean;
  readonly #limits: BridgeLimits;
  readonly #onGone: () => void;
  #state: State;

  constructor(request: Request, limits: BridgeLimits, onGone: () => void) {
    const { promise, resolve } = Promise.withResolvers<Response>();
    this.response = promise;
    this.#resolve = resolve;
    this.#limits = limits;
    this.#onGone = onGone;
    this.#takesStream = takesStream(request);
    const timer = setTimeout(() => this.#openStream(), limits.quietMs);
    this.#state = { kind: "waiting", timer };
    request.signal.addEventListener("abort", () => this.#leave(), {
      once: true,
    });
    // It may have left while the server was still starting.
    if (request.signal.aborted) this.#leave();
  }

  /** Sends a message ahead of the answer. False if the client cannot take it. */
  send(json: string): boolean {
    return this.#openStream()?.send(json) ?? false;
  }

  /** Sends the answer, given as JSON. The status is for answers in JSON. */
  finish(json: string, status = 200): void {
    const state = this.#state;
    this.#state = { kind: "done" };
    switch (state.kind) {
      case "waiting":
        clearTimeout(state.timer);
        this.#resolve(jsonResponse(json, status));
        return;
      case "streaming":
        state.stream.send(json);
        state.stream.close();
        return;
      case "done":
    }
  }

  #openStream(): EventStream | undefined {
    if (this.#state.kind === "streaming") return this.#state.stream;
    if (this.#state.kind === "done" || !this.#takesStream) return undefined;
    clearTimeout(this.#state.timer);
    const stream = new EventStream(this.#limits, {}, () => this.#leave());
    this.#state = { kind: "streaming", stream };
    this.#resolve(stream.response);
    return stream;
  }

  #leave(): void {
    const state = this.#state;
    if (state.kind === "done") return;
    this.#state = { kind: "done" };
    if (state.kind === "waiting") {
      clearTimeout(state.timer);
      this.#resolve(new Response(null, { status: 499 }));
    } else state.stream.close();
    this.#onGone();
  }
}

function takesStream(request: Request): boolean {
  const accept = request.headers.get("accept") ?? "";
  return accept.includes("text/event-stream") || accept.includes("*/*");
}

export function jsonResponse(
  json: string,
  status: number,
  headers: Readonly<Record<string, string>> = {},
): Response {
  return new Response(json, {
    status,
    headers: { "Content-Type": "application/json", ...headers },
  });
}
